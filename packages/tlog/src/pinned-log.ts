import { openCheckpoint } from './checkpoint.js';
import { noteVerifier } from './cosignature.js';
import type { LogReader } from './log-reader.js';
import type { NoteVerifier } from './note.js';
import { parseVerifierKey } from './note-key.js';
import { TlogError } from './tlog-error.js';
import { type VerifiedLog, type VerifyLogOptions, verifyLog } from './verify-log.js';
import type { Violation, ViolationCode } from './violation.js';

/** Keys to verify with, and why they are trusted. */
export interface PinnedKeys {
  /** Verifier keys of the log, and of witnesses. */
  readonly keys: readonly string[];
  readonly verifiers: readonly NoteVerifier[];
  readonly trust: 'given' | 'remembered' | 'first-use';
}

/** What is kept of a verified log until the next time. */
export interface LogMemory {
  /** Address of the log, for people who find it. */
  readonly log: string;
  /** Verifier keys of the log that are trusted. */
  readonly keys: readonly string[];
  /** Signed checkpoint, verbatim. */
  readonly checkpoint: string;
}

/**
 * What can only be found by who knows what was pinned:
 * - `key-changed`: the log shows, or is signed with, another key than the pinned one.
 */
export type PinnedViolation = Omit<Violation, 'code'> & { readonly code: ViolationCode | 'key-changed' };

/** What to verify, against which keys and which memory. */
export interface VerifyPinnedOptions extends Omit<VerifyLogOptions, 'verifiers' | 'remembered'> {
  readonly pinned: PinnedKeys;
  readonly memory?: LogMemory | undefined;
  /** The keys that the log shows, one a line; absent: it shows none. */
  readonly shownKeys?: (() => Promise<string>) | undefined;
  /** A reader of the same log that looks at what is read once more, told the name of the log. */
  readonly watch?: ((reader: LogReader, origin: string) => LogReader) | undefined;
}

/** The outcome. */
export interface VerifiedPinnedLog extends Omit<VerifiedLog, 'violations'> {
  readonly violations: readonly PinnedViolation[];
  /** The pinned keys that signed the checkpoint: those to remember. */
  readonly signedBy: readonly string[];
  /** Keys that the log signs with and that are not pinned: it may be changing its key. */
  readonly otherKeys: readonly string[];
}

/**
 * Verifies a log, as {@link verifyLog} does, against pinned keys and what is remembered of it.
 * @throws TlogError for a memory that is of another log, or broken; whatever the reader rejects with
 */
export async function verifyPinnedLog(options: VerifyPinnedOptions): Promise<VerifiedPinnedLog> {
  const { reader, pinned, memory, shownKeys, watch, origin, ...rest } = options;
  const text = await reader.checkpoint();
  const signedBy = signersOf(text, pinned, origin);
  // A remembered checkpoint may be signed by a key that is no longer pinned, and is opened with that. The checkpoint
  // of today has been opened with the pinned keys alone by then, so the old key cannot vouch for it.
  const usable = signedBy.length > 0 ? memory : undefined;
  const [name = ''] = text.split('\n', 1);
  const watched = watch === undefined ? reader : watch(reader, name);
  const result = await verifyLog({
    ...rest,
    ...(origin === undefined ? {} : { origin }),
    reader: { ...readerOf(watched), checkpoint: async () => text },
    verifiers: [...pinned.verifiers, ...(usable?.keys.map(noteVerifier) ?? [])],
    ...(usable === undefined ? {} : { remembered: usable.checkpoint }),
  });
  const shown = pinned.trust === 'first-use' ? [] : verifierKeysOf((await shownKeys?.()) ?? '');
  return {
    ...result,
    violations: [...keyViolations(pinned, shown, result.violations), ...result.violations],
    signedBy,
    otherKeys: shown.filter((key) => !pinned.keys.includes(key)),
  };
}

/** Keys one a line; empty lines and comments (#) are passed over. */
export function verifierKeysOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Keys in the short form that people compare: name and key id. */
export function keyNames(keys: readonly string[]): string {
  return keys.map((key) => key.split('+').slice(0, 2).join('+')).join(', ');
}

/** A reader's methods are bound to it; spreading an instance would lose them. */
function readerOf(reader: LogReader): Omit<LogReader, 'checkpoint'> {
  return {
    tile: (tile) => reader.tile(tile),
    entries: (index, width) => reader.entries(index, width),
    release: (bundle) => reader.release?.(bundle),
  };
}

/** The pinned keys that validly signed the checkpoint as the log; none if it cannot be opened at all. */
function signersOf(checkpoint: string, pinned: PinnedKeys, origin: string | undefined): string[] {
  try {
    const { signatures } = openCheckpoint(checkpoint, pinned.verifiers, origin);
    return pinned.keys.filter((key) => {
      const { name, keyId } = parseVerifierKey(key);
      return signatures.some((signature) => signature.name === name && signature.keyId === keyId);
    });
  } catch (error) {
    if (error instanceof TlogError) return [];
    throw error;
  }
}

function keyViolations(pinned: PinnedKeys, shown: readonly string[], found: readonly Violation[]): PinnedViolation[] {
  const listed = shown.length === 0 || shown.some((key) => pinned.keys.includes(key));
  const unsigned = shown.length > 0 && found.some(({ code }) => code === 'unknown-key');
  if (listed && !unsigned) return [];
  // A key that is still listed but no longer signs has been retired.
  const what = listed
    ? 'The server no longer signs with the pinned key'
    : 'The server shows another key than the pinned one';
  const message = `${what}: pinned ${keyNames(pinned.keys)}, shown ${keyNames(shown)}. If its operator announced a new key, pin that one; else this is not the log that it was.`;
  return [{ code: 'key-changed', message }];
}
