import { createHash } from 'node:crypto';

/** Written straight from RFC 6962 section 2.1, recursive and slow, to hold the fast code against. */

const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** Leaf hash of an entry. */
export const referenceLeaf = (entry: Uint8Array): Uint8Array => sha256(Uint8Array.of(0), entry);

/** A leaf hash for tests that need many: four bytes of the index, 28 of a salt. Not the hash of anything. */
export function cheapLeaf(index: number, salt = 0): Uint8Array {
  const hash = new Uint8Array(32).fill(salt);
  new DataView(hash.buffer).setUint32(0, index);
  return hash;
}

/** MTH(D[n]) over leaf hashes. */
export function referenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return sha256(Uint8Array.of(1), referenceRoot(leaves.slice(0, k)), referenceRoot(leaves.slice(k)));
}

/** PATH(m, D[n]). */
export function referenceInclusion(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...referenceInclusion(index, leaves.slice(0, k)), referenceRoot(leaves.slice(k))]
    : [...referenceInclusion(index - k, leaves.slice(k)), referenceRoot(leaves.slice(0, k))];
}

/** PROOF(m, D[n]). */
export function referenceConsistency(from: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return from === 0 ? [] : subproof(from, leaves, true);
}

function subproof(from: number, leaves: readonly Uint8Array[], complete: boolean): Uint8Array[] {
  if (from === leaves.length) return complete ? [] : [referenceRoot(leaves)];
  const k = split(leaves.length);
  return from <= k
    ? [...subproof(from, leaves.slice(0, k), complete), referenceRoot(leaves.slice(k))]
    : [...subproof(from - k, leaves.slice(k), false), referenceRoot(leaves.slice(0, k))];
}
