import { cosignatureTime } from './cosignature.js';
import { EMPTY_ROOT, equalBytes, requireHash } from './hash.js';
import { type NoteSigner, type NoteVerifier, openNote, signNote, type VerifiedSignature } from './note.js';
import { TYPE_COSIGNATURE } from './note-key.js';
import { hashFromBase64, parseDecimal, toBase64 } from './text-encoding.js';
import { requireCount, TlogError } from './tlog-error.js';

/** A log's tree head: who, how many leaves, and their root hash (32 bytes). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Extension lines of foreign logs; absent if there are none. This package never signs any. */
  readonly extensions?: readonly string[];
}

/** A witness's verified statement. `time` is POSIX seconds. */
export interface Cosignature {
  readonly name: string;
  readonly keyId: number;
  readonly time: number;
}

/** A checkpoint that the log signed. `body` is the signed text with its last newline. */
export interface OpenedCheckpoint extends Checkpoint {
  readonly body: string;
  readonly signatures: readonly VerifiedSignature[];
  readonly cosignatures: readonly Cosignature[];
}

/**
 * Body of a checkpoint: `origin\nsize\nbase64(root)\n`, then extension lines if any (tlog-checkpoint).
 * @throws TlogError `malformed-checkpoint` or `bad-argument` if it could not be read back.
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  requireCount(checkpoint.size, 'size');
  requireHash(checkpoint.root, 'root');
  const lines = [
    checkpoint.origin,
    String(checkpoint.size),
    toBase64(checkpoint.root),
    ...(checkpoint.extensions ?? []),
  ];
  if (lines.some((line) => line === '' || line.includes('\n'))) throw malformed('has an empty or broken line');
  return `${lines.join('\n')}\n`;
}

/**
 * Reads the body of a checkpoint. Extension lines are kept, not understood.
 * @throws TlogError `malformed-checkpoint`, also for an empty tree with a root that is not the empty root.
 */
export function parseCheckpoint(body: string): Checkpoint {
  if (!body.endsWith('\n')) throw malformed('does not end with a newline');
  const [origin, sizeText, rootText, ...extensions] = body.slice(0, -1).split('\n');
  if (origin === undefined || sizeText === undefined || rootText === undefined)
    throw malformed('has under three lines');
  if (origin === '') throw malformed('has no origin');
  const size = parseDecimal(sizeText);
  if (size === undefined) throw malformed('has a size that is not a plain decimal');
  const root = hashFromBase64(rootText);
  if (root === undefined) throw malformed('has a root that is not 32 bytes in base64');
  if (size === 0 && !equalBytes(root, EMPTY_ROOT))
    throw malformed('has a root for no entries that is not the empty root');
  if (extensions.includes('')) throw malformed('has an empty extension line');
  return extensions.length === 0 ? { origin, size, root } : { origin, size, root, extensions };
}

/**
 * Signs a checkpoint; the result is the note text that the log serves.
 * @throws TlogError `bad-argument` if a signer's name is not the origin, or if there are extension lines.
 */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): string {
  if (checkpoint.extensions !== undefined) throw new TlogError('bad-argument', 'extension lines are not signed');
  const stranger = signers.find(({ name }) => name !== checkpoint.origin);
  if (stranger !== undefined) {
    throw new TlogError('bad-argument', `the signer ${stranger.name} is not the origin ${checkpoint.origin}`);
  }
  const body = formatCheckpoint(checkpoint);
  parseCheckpoint(body);
  return signNote(body, signers);
}

/**
 * Opens a checkpoint: known signatures verify, and one of them is the log's own, with the origin as its name.
 * A cosignature is not the log's own signature.
 * @param verifiers the log's key, and those of witnesses whose cosignatures are of interest
 * @param origin the log that is expected; without it, any log of which a verifier is given
 * @throws TlogError `malformed-note`, `bad-signature`, `unknown-key`, `malformed-checkpoint`, `wrong-origin`.
 */
export function openCheckpoint(
  note: string | Uint8Array,
  verifiers: readonly NoteVerifier[],
  origin?: string,
): OpenedCheckpoint {
  const { body, verified } = openNote(note, verifiers);
  const logSignatures = verified.filter(({ type }) => type !== TYPE_COSIGNATURE);
  if (logSignatures.length === 0) throw new TlogError('unknown-key', 'the checkpoint is not signed by a known log key');
  const checkpoint = parseCheckpoint(body);
  if (origin !== undefined && checkpoint.origin !== origin) {
    throw new TlogError('wrong-origin', `the checkpoint is of the log ${checkpoint.origin}, not ${origin}`);
  }
  const signatures = logSignatures.filter(({ name }) => name === checkpoint.origin);
  if (signatures.length === 0) {
    const names = logSignatures.map(({ name }) => name).join(', ');
    throw new TlogError('wrong-origin', `the checkpoint of the log ${checkpoint.origin} is signed by ${names}`);
  }
  const cosignatures = verified
    .filter(({ type }) => type === TYPE_COSIGNATURE)
    .map(({ name, keyId, signature }) => ({ name, keyId, time: cosignatureTime(signature) }));
  return { ...checkpoint, body, signatures, cosignatures };
}

function malformed(what: string): TlogError {
  return new TlogError('malformed-checkpoint', `the checkpoint ${what}`);
}
