import { type Cosignature, openCheckpoint } from './checkpoint.js';
import { leafHash, requireHash } from './hash.js';
import { MAX_NOTE_LENGTH, type NoteVerifier, parseNote } from './note.js';
import { MAX_PROOF_HASHES, verifyInclusion } from './proof.js';
import { fromBase64, hashFromBase64, parseDecimal, toBase64 } from './text-encoding.js';
import { requireCount, TlogError } from './tlog-error.js';

const HEADER = 'c2sp.org/tlog-proof@v1';

/** Proof, to be kept beside an entry, that the log had it: what a tlog-proof v1 holds. */
export interface Receipt {
  readonly index: number;
  /** Inclusion proof, from the leaf to the root, for the checkpoint's size. */
  readonly proof: readonly Uint8Array[];
  /** Signed checkpoint, verbatim. */
  readonly checkpoint: string;
  /** Application data that nothing signs. */
  readonly extra?: Uint8Array;
}

/** What a receipt proves: entry `index` of the log `origin`, of which the log signed `size` and `root` (32 bytes). */
export interface VerifiedReceipt {
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly cosignatures: readonly Cosignature[];
  readonly extra?: Uint8Array;
}

/** Text of a receipt (tlog-proof v1). @throws TlogError `bad-argument`, `malformed-note`. */
export function formatReceipt(receipt: Receipt): string {
  requireCount(receipt.index, 'index');
  if (receipt.proof.length > MAX_PROOF_HASHES) throw new TlogError('bad-argument', 'a proof has at most 63 hashes');
  for (const hash of receipt.proof) requireHash(hash, 'proof hash');
  parseNote(receipt.checkpoint);
  const extra = receipt.extra === undefined || receipt.extra.length === 0 ? [] : [`extra ${toBase64(receipt.extra)}`];
  const lines = [HEADER, ...extra, `index ${receipt.index}`, ...receipt.proof.map(toBase64), ''];
  return `${lines.join('\n')}\n${receipt.checkpoint}`;
}

/**
 * Reads what {@link formatReceipt} writes, and nothing else; verifies nothing.
 * @throws TlogError `malformed-receipt`, `malformed-note`.
 */
export function parseReceipt(text: string): Receipt {
  if (text.length > 2 * MAX_NOTE_LENGTH) throw malformed('is too long');
  const split = text.indexOf('\n\n');
  if (split < 0) throw malformed('has no blank line before its checkpoint');
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== HEADER) throw malformed(`does not start with ${HEADER}`);
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()!.slice(6)) : null;
  if (extra === undefined || extra?.length === 0) throw malformed('has an extra line that is not base64');
  const index = lines[0]?.startsWith('index ') ? parseDecimal(lines.shift()!.slice(6)) : undefined;
  if (index === undefined) throw malformed('has no index that is a plain decimal');
  if (lines.length > MAX_PROOF_HASHES) throw malformed(`has over ${MAX_PROOF_HASHES} hashes`);
  const proof = lines.map((line) => {
    const hash = hashFromBase64(line);
    if (hash === undefined) throw malformed('has a proof line that is not 32 bytes in base64');
    return hash;
  });
  const checkpoint = text.slice(split + 2);
  parseNote(checkpoint);
  return extra === null ? { index, proof, checkpoint } : { index, proof, checkpoint, extra };
}

/**
 * Verifies offline that a log, known by its key, has this entry.
 * @param entry the exact bytes of the entry
 * @param verifiers the log's key, and those of witnesses whose cosignatures are of interest
 * @param origin the log that is expected; without it, any log of which a verifier is given
 * @throws TlogError `malformed-receipt` or `malformed-note` (unreadable), `bad-signature`, `unknown-key` (not signed by
 * the log), `malformed-checkpoint`, `wrong-origin` (another log), `index-out-of-range`, `not-included` (not this entry,
 * not this index, or not this tree).
 */
export function verifyReceipt(
  text: string,
  entry: Uint8Array,
  verifiers: readonly NoteVerifier[],
  origin?: string,
): VerifiedReceipt {
  const { index, proof, checkpoint, extra } = parseReceipt(text);
  const { size, root, cosignatures, origin: log } = openCheckpoint(checkpoint, verifiers, origin);
  if (index >= size) {
    throw new TlogError(
      'index-out-of-range',
      `the receipt is for index ${index}, but its checkpoint has ${size} entries`,
    );
  }
  if (!verifyInclusion(index, size, leafHash(entry), proof, root)) {
    throw new TlogError('not-included', `the proof does not show that this is entry ${index} of ${log}`);
  }
  const result = { origin: log, index, size, root, cosignatures };
  return extra === undefined ? result : { ...result, extra };
}

function malformed(what: string): TlogError {
  return new TlogError('malformed-receipt', `the receipt ${what}`);
}
