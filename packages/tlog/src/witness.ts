import type { Cosignature } from './checkpoint.js';
import { cosignatureTime } from './cosignature.js';
import { requireHash } from './hash.js';
import { formatSignature, type NoteVerifier, parseNote, parseSignatures } from './note.js';
import { TYPE_COSIGNATURE } from './note-key.js';
import { MAX_PROOF_HASHES } from './proof.js';
import { hashFromBase64, parseDecimal, toBase64, utf8 } from './text-encoding.js';
import { requireCount, TlogError } from './tlog-error.js';

/** Content type of the answer 409 of `add-checkpoint`, whose body is the size that the witness knows. */
export const TREE_SIZE_CONTENT_TYPE = 'text/x.tlog.size';

/** Body of a POST to `<witness>/add-checkpoint` (tlog-witness): the size that the witness knows, the proof from it, and the signed checkpoint. */
export interface AddCheckpointRequest {
  readonly old: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
}

/** @throws TlogError `bad-argument` for over 63 hashes or a hash that is not 32 bytes; `malformed-note`. */
export function formatAddCheckpoint(request: AddCheckpointRequest): string {
  requireCount(request.old, 'old size');
  if (request.proof.length > MAX_PROOF_HASHES) throw new TlogError('bad-argument', 'a proof has at most 63 hashes');
  for (const hash of request.proof) requireHash(hash, 'proof hash');
  parseNote(request.checkpoint);
  return `old ${request.old}\n${request.proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${request.checkpoint}`;
}

/**
 * Reads what {@link formatAddCheckpoint} writes. The checkpoint is split off, not opened.
 * @throws TlogError `malformed-witness-message`, `malformed-note`.
 */
export function parseAddCheckpoint(body: string): AddCheckpointRequest {
  const split = body.indexOf('\n\n');
  if (split < 0) throw malformed('the request has no blank line');
  const [first, ...hashes] = body.slice(0, split).split('\n');
  const old = first?.startsWith('old ') ? parseDecimal(first.slice(4)) : undefined;
  if (old === undefined) throw malformed('the request does not start with the old size');
  if (hashes.length > MAX_PROOF_HASHES) throw malformed(`the request has over ${MAX_PROOF_HASHES} proof lines`);
  const proof = hashes.map((line) => {
    const hash = hashFromBase64(line);
    if (hash === undefined) throw malformed('a proof line of the request is not 32 bytes in base64');
    return hash;
  });
  const checkpoint = body.slice(split + 2);
  parseNote(checkpoint);
  return { old, proof, checkpoint };
}

/** Body of the answer 409: the size that the witness knows. */
export function formatTreeSize(size: number): string {
  requireCount(size, 'size');
  return `${size}\n`;
}

/** Reads what {@link formatTreeSize} writes. @throws TlogError `malformed-witness-message`. */
export function parseTreeSize(body: string): number {
  const size = body.endsWith('\n') ? parseDecimal(body.slice(0, -1)) : undefined;
  if (size === undefined) throw malformed('the answer is not a tree size');
  return size;
}

/** A cosignature with its signature line, newline included, ready to be added to the checkpoint. */
export interface CosignatureLine extends Cosignature {
  readonly line: string;
}

/**
 * The good cosignatures in the answer 200 of `add-checkpoint`. Signatures by unknown keys are left out, so that a
 * witness may rotate its key.
 * @param checkpoint the note text that was submitted
 * @throws TlogError `malformed-note`; `bad-signature` if one by a known key does not verify.
 */
export function readCosignatures(
  response: string,
  checkpoint: string,
  verifiers: readonly NoteVerifier[],
): CosignatureLine[] {
  const { body } = parseNote(checkpoint);
  const message = utf8(body);
  const lines: CosignatureLine[] = [];
  for (const signature of parseSignatures(response)) {
    const { name, keyId } = signature;
    const known = verifiers.filter(
      (verifier) => verifier.type === TYPE_COSIGNATURE && verifier.name === name && verifier.keyId === keyId,
    );
    if (known.length === 0) continue;
    if (!known.some((verifier) => verifier.verify(message, signature.signature))) {
      throw new TlogError('bad-signature', `the cosignature of ${name} does not verify`);
    }
    lines.push({ name, keyId, time: cosignatureTime(signature.signature), line: formatSignature(signature) });
  }
  return lines;
}

/**
 * Adds signature lines to a note; a line by a key that has signed already replaces the earlier one.
 * @throws TlogError `malformed-note`.
 */
export function addSignatures(note: string, lines: readonly string[]): string {
  const { body, signatures } = parseNote(note);
  const byKey = new Map(signatures.map((signature) => [`${signature.name} ${signature.keyId}`, signature]));
  for (const line of lines) {
    for (const signature of parseSignatures(line)) byKey.set(`${signature.name} ${signature.keyId}`, signature);
  }
  const text = `${body}\n${[...byKey.values()].map(formatSignature).join('')}`;
  parseNote(text);
  return text;
}

function malformed(message: string): TlogError {
  return new TlogError('malformed-witness-message', message);
}
