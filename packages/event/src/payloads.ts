import { BLOB_KEY, type BlobReference } from './blob-reference.js';
import { BLOB_MAX_BYTES, ENTRY_MAX_BYTES } from './bounds.js';
import { canonicalJson } from './canonical-json.js';
import { type FieldProblem, problem } from './problem.js';
import { utf8 } from './utf8.js';

/** A payload that was moved out of an entry; its bytes are what the reference's hash and size are of. */
export interface Blob {
  readonly sha256: string;
  readonly bytes: Uint8Array;
  readonly mediaType: BlobReference[typeof BLOB_KEY]['media_type'];
}

/** SHA-256 of some bytes as lower-case hex. */
export type Sha256Hex = (bytes: Uint8Array) => string;

interface Candidate {
  readonly pointer: string;
  readonly bytes: Uint8Array;
  readonly entryBytes: number;
  readonly mediaType: Blob['mediaType'];
  readonly put: (reference: BlobReference) => void;
}

/**
 * Moves payloads out of an event whose entry is too large: `request`, `response`, `changes` and `file.diff`, the
 * largest first and no more than needed. Depends on nothing but the event, so that a repeat gives the same entry.
 *
 * @param event with id and times; changed in place (`file` is copied first)
 * @param entryBytes size of its canonical form
 */
export function moveOutPayloads(
  event: Record<string, unknown>,
  entryBytes: number,
  sha256: Sha256Hex,
): { blobs: Blob[] } | { problem: FieldProblem } {
  const blobs: Blob[] = [];
  let remaining = entryBytes;
  const candidates = candidatesOf(event).sort((a, b) => b.entryBytes - a.entryBytes);
  for (const candidate of candidates) {
    if (remaining <= ENTRY_MAX_BYTES) break;
    if (candidate.bytes.length > BLOB_MAX_BYTES) {
      return { problem: problem('payload-too-large', candidate.pointer, `Must have at most ${BLOB_MAX_BYTES} bytes.`) };
    }
    const blob = { sha256: sha256(candidate.bytes), bytes: candidate.bytes, mediaType: candidate.mediaType };
    const reference: BlobReference = {
      [BLOB_KEY]: { sha256: blob.sha256, bytes: blob.bytes.length, media_type: blob.mediaType },
    };
    const saved = candidate.entryBytes - canonicalJson(reference).length;
    // The rest is smaller still: a reference would be longer than what it stands for.
    if (saved <= 0) break;
    candidate.put(reference);
    blobs.push(blob);
    remaining -= saved;
  }
  if (remaining <= ENTRY_MAX_BYTES) return { blobs };
  const message = `The event needs ${remaining} bytes without its payloads; at most ${ENTRY_MAX_BYTES} are possible. Put large data in request, response, changes or file.diff.`;
  return { problem: problem('event-too-large', '', message) };
}

function candidatesOf(event: Record<string, unknown>): Candidate[] {
  const candidates: Candidate[] = [];
  for (const field of ['request', 'response', 'changes']) {
    if (event[field] === undefined) continue;
    const bytes = utf8(canonicalJson(event[field]));
    const put = (reference: BlobReference) => {
      event[field] = reference;
    };
    candidates.push({ pointer: `/${field}`, bytes, entryBytes: bytes.length, mediaType: 'application/json', put });
  }
  const file = event.file as { diff?: unknown } | undefined;
  // A commitment to a diff is shorter than a reference to it.
  if (typeof file?.diff === 'string') {
    const { diff } = file;
    const put = (reference: BlobReference) => {
      event.file = { ...file, diff: reference };
    };
    const entryBytes = utf8(canonicalJson(diff)).length;
    candidates.push({ pointer: '/file/diff', bytes: utf8(diff), entryBytes, mediaType: 'text/plain', put });
  }
  return candidates;
}
