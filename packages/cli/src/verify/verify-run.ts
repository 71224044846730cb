import {
  type LogReader,
  openCheckpoint,
  parseVerifierKey,
  TlogError,
  type VerifiedLog,
  type Violation,
  type ViolationCode,
  verifyLog,
} from '@attestlog/tlog';
import { messageOf, usageFailure } from '../failure.js';
import type { LogMemory } from './log-memory.js';
import { linesOf, type PinnedKeys, verifiersOf } from './pinned-keys.js';
import type { SealedCheck, SealedOutcome } from './sealed/sealed-check.js';
import type { SealedViolationCode } from './sealed/sealed-violation.js';

/**
 * What only the command can find, because it knows what was pinned:
 * - `key-changed`: the server shows, or signs with, another key than the pinned one.
 */
export type CommandViolation = Omit<Violation, 'code'> & {
  readonly code: ViolationCode | SealedViolationCode | 'key-changed';
};

export interface VerifyRun {
  readonly reader: LogReader;
  readonly pinned: PinnedKeys;
  readonly memory: LogMemory | undefined;
  readonly origin: string | undefined;
  /** The keys that the log shows, one a line; undefined if it is one that shows none. */
  readonly shownKeys: (() => Promise<string>) | undefined;
  readonly concurrency: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** Checks sealed fields as well. */
  readonly sealed?: SealedCheck | undefined;
}

export interface VerifyOutcome extends Omit<VerifiedLog, 'violations'> {
  readonly violations: readonly CommandViolation[];
  /** The pinned keys that signed the checkpoint: those to remember. */
  readonly signedBy: readonly string[];
  /** Keys that the server signs with and that are not pinned: it may be changing its key. */
  readonly otherKeys: readonly string[];
  /** What was found of the sealed fields, if they were checked. Their violations are among those of the whole. */
  readonly sealed: SealedOutcome | undefined;
}

/**
 * Verifies a log against pinned keys and what is remembered of it.
 * @throws what the reader rejects with; CliFailure `usage` for a memory that is of another log, or broken
 */
export async function runVerify(run: VerifyRun): Promise<VerifyOutcome> {
  const text = await run.reader.checkpoint();
  const signedBy = signersOf(text, run.pinned, run.origin);
  // A remembered checkpoint may be signed by a key that is no longer pinned, and is opened with that. The checkpoint
  // of today has been opened with the pinned keys alone by then, so the old key cannot vouch for it.
  const usable = signedBy.length > 0 ? run.memory : undefined;
  const [origin = ''] = text.split('\n', 1);
  const reader = run.sealed === undefined ? run.reader : run.sealed.watch(run.reader, origin);
  const result = await verifyLog({
    reader: { ...readerOf(reader), checkpoint: async () => text },
    verifiers: [...run.pinned.verifiers, ...(usable === undefined ? [] : verifiersOf(usable.keys))],
    signal: run.signal,
    onProgress: run.onProgress,
    ...(run.origin === undefined ? {} : { origin: run.origin }),
    ...(usable === undefined ? {} : { remembered: usable.checkpoint }),
    ...(run.concurrency === undefined ? {} : { concurrency: run.concurrency }),
  }).catch((error: unknown) => {
    if (!(error instanceof TlogError)) throw error;
    throw usageFailure(
      `The remembered checkpoint cannot be used: ${messageOf(error)}`,
      'It is of another log, or was changed. Use another --remember file for another log.',
    );
  });
  const sealed = await run.sealed?.outcome();
  const shown = run.pinned.trust === 'first-use' ? [] : linesOf((await run.shownKeys?.()) ?? '');
  const otherKeys = shown.filter((key) => !run.pinned.keys.includes(key));
  return {
    ...result,
    violations: [
      ...keyViolations(run.pinned, shown, result.violations),
      ...result.violations,
      ...(sealed?.violations ?? []),
    ],
    omitted: result.omitted + (sealed?.omitted ?? 0),
    signedBy,
    otherKeys,
    sealed,
  };
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

function keyViolations(pinned: PinnedKeys, shown: readonly string[], found: readonly Violation[]): CommandViolation[] {
  const listed = shown.length === 0 || shown.some((key) => pinned.keys.includes(key));
  const unsigned = shown.length > 0 && found.some(({ code }) => code === 'unknown-key');
  if (listed && !unsigned) return [];
  // A key that is still listed but no longer signs has been retired.
  const what = listed
    ? 'The server no longer signs with the pinned key'
    : 'The server shows another key than the pinned one';
  const message = `${what}: pinned ${names(pinned.keys)}, shown ${names(shown)}. If its operator announced a new key, pin it with --key; else this is not the log that it was.`;
  return [{ code: 'key-changed', message }];
}

/** Keys in the short form that people compare: name and key id. */
export function names(keys: readonly string[]): string {
  return keys.map((key) => key.split('+').slice(0, 2).join('+')).join(', ');
}
