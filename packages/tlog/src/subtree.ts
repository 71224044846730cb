import { HASH_BYTES, nodeHashInto } from './hash.js';

/**
 * Root of the perfect subtree over the 2^k hashes in `data[start, end)` (byte offsets), 32 bytes.
 * Works on a copy: `data` is not changed.
 */
export function perfectRoot(data: Uint8Array, start: number, end: number): Uint8Array {
  // Not slice(): on a Buffer that would be a view of the caller's bytes.
  const work = new Uint8Array(data.subarray(start, end));
  for (let length = work.length; length > HASH_BYTES; length /= 2) {
    for (let at = 0; at < length; at += 2 * HASH_BYTES) nodeHashInto(work, at, work, at / 2);
  }
  return work.slice(0, HASH_BYTES);
}

/** Largest power of two that is at most `n`, for n ≥ 1. */
export function largestPowerOfTwo(n: number): number {
  let power = 2 ** Math.floor(Math.log2(n));
  // log2 rounds: just below a power of two near 2^53 it may land on the power itself.
  if (power > n) power /= 2;
  return power;
}

/** Roots of the perfect subtrees, largest first, that the hashes in `data` make up (see TreeEdge). */
export function perfectRoots(data: Uint8Array): Uint8Array[] {
  const roots: Uint8Array[] = [];
  for (let at = 0; at < data.length; ) {
    const bytes = largestPowerOfTwo((data.length - at) / HASH_BYTES) * HASH_BYTES;
    roots.push(perfectRoot(data, at, at + bytes));
    at += bytes;
  }
  return roots;
}
