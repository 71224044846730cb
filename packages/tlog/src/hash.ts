import { createHash, hash } from 'node:crypto';
import { TlogError } from './tlog-error.js';

/** Bytes in a SHA-256 hash. */
export const HASH_BYTES = 32;

/** Longest entry that a bundle can frame (tlog-tiles: a uint16 length). */
export const MAX_ENTRY_BYTES = 65_535;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

// One-shot hashing needs prefix and data in one piece. Hashing is synchronous, so one scratch buffer serves all calls.
const leafScratch = Buffer.alloc(1 + MAX_ENTRY_BYTES);
const nodeScratch = Buffer.alloc(1 + 2 * HASH_BYTES);
leafScratch[0] = LEAF_PREFIX;
nodeScratch[0] = NODE_PREFIX;

// A one-byte-per-character string leaves OpenSSL twice as fast as a Buffer does: no external memory to allocate.
function writeDigest(digest: string, out: Uint8Array, offset: number): void {
  for (let i = 0; i < HASH_BYTES; i++) out[offset + i] = digest.charCodeAt(i);
}

/** Writes the leaf hash of `data[start, end)` to `out` at `offset`; see {@link leafHash}. */
export function leafHashInto(data: Uint8Array, start: number, end: number, out: Uint8Array, offset: number): void {
  const length = end - start;
  const entry = start === 0 && end === data.length ? data : data.subarray(start, end);
  if (length > MAX_ENTRY_BYTES) {
    const digest = createHash('sha256').update(leafScratch.subarray(0, 1)).update(entry).digest('binary');
    writeDigest(digest, out, offset);
    return;
  }
  leafScratch.set(entry, 1);
  writeDigest(hash('sha256', leafScratch.subarray(0, 1 + length), 'binary'), out, offset);
}

/** Writes the node hash of two adjacent hashes `data[start, start + 64)` to `out` at `offset`; may overwrite its input. */
export function nodeHashInto(data: Uint8Array, start: number, out: Uint8Array, offset: number): void {
  for (let i = 0; i < 2 * HASH_BYTES; i++) nodeScratch[1 + i] = data[start + i]!;
  writeDigest(hash('sha256', nodeScratch, 'binary'), out, offset);
}

/** Hash of a leaf: SHA-256(0x00 ‖ entry), 32 bytes (RFC 6962 section 2.1). */
export function leafHash(entry: Uint8Array): Uint8Array {
  const out = new Uint8Array(HASH_BYTES);
  leafHashInto(entry, 0, entry.length, out, 0);
  return out;
}

/**
 * Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), 32 bytes (RFC 6962 section 2.1).
 * @throws TlogError `bad-argument` unless both sides are 32 bytes.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  requireHash(left, 'left');
  requireHash(right, 'right');
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + HASH_BYTES);
  const out = new Uint8Array(HASH_BYTES);
  writeDigest(hash('sha256', nodeScratch, 'binary'), out, 0);
  return out;
}

/** Root of the tree with no leaves: SHA-256 of nothing. Shared: do not write to it. */
export const EMPTY_ROOT: Uint8Array = Uint8Array.from(createHash('sha256').digest());

/** @throws TlogError `bad-argument` unless `value` is 32 bytes. */
export function requireHash(value: Uint8Array, what: string): void {
  if (value.length !== HASH_BYTES) {
    throw new TlogError('bad-argument', `${what} must be ${HASH_BYTES} bytes, not ${value.length}`);
  }
}

/** Whether two byte strings are the same. Not constant-time: nothing in a transparency log is secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
