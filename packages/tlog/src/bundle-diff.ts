import { HASH_BYTES } from './hash.js';

/** Most entries of one bundle that are compared one by one; a full bundle has 256. */
const MAX_COMPARED = 1024;

/**
 * One difference between a bundle and the leaves that belong there. `place` counts from the bundle's start.
 * `changed`: another entry stands at this leaf's place; `hash` is its leaf hash. `missing`: the leaf has no entry.
 * `foreign`: an entry that no leaf accounts for.
 */
export interface BundleDifference {
  readonly kind: 'changed' | 'missing' | 'foreign';
  readonly place: number;
  readonly hash?: Uint8Array;
}

/**
 * Compares leaf hashes of the served entries with those that belong there.
 * As many entries as leaves: place by place. More or fewer: along the longest common subsequence, so that one dropped
 * entry is one missing entry and not a change of all that follow.
 * @param found leaf hashes of the served entries
 * @param leaves leaf hashes of the tree
 */
export function diffBundle(found: Uint8Array, leaves: Uint8Array): BundleDifference[] {
  const served = split(found).slice(0, MAX_COMPARED);
  const expected = split(leaves);
  const pairs: [number, number][] =
    served.length === expected.length
      ? expected.flatMap((hash, i) => (hash === served[i] ? [[i, i]] : []))
      : align(served, expected);
  const differences: BundleDifference[] = [];
  let s = 0;
  let e = 0;
  for (const [nextS, nextE] of [...pairs, [served.length, expected.length] as const]) {
    for (; s < nextS && e < nextE; s++, e++) {
      differences.push({ kind: 'changed', place: e, hash: found.slice(s * HASH_BYTES, (s + 1) * HASH_BYTES) });
    }
    for (; e < nextE; e++) differences.push({ kind: 'missing', place: e });
    for (; s < nextS; s++) differences.push({ kind: 'foreign', place: s });
    s = nextS + 1;
    e = nextE + 1;
  }
  return differences;
}

/** Hashes as strings, which can be compared and looked up. */
function split(hashes: Uint8Array): string[] {
  const buffer = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, i) =>
    buffer.toString('latin1', i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/** Pairs of places of a longest common subsequence, ascending. */
function align(a: readonly string[], b: readonly string[]): [number, number][] {
  const columns = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * columns);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const down = lengths[(i + 1) * columns + j]!;
      const right = lengths[i * columns + j + 1]!;
      const both = lengths[(i + 1) * columns + j + 1]! + 1;
      lengths[i * columns + j] = a[i] === b[j] ? both : Math.max(down, right);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * columns + j]! >= lengths[i * columns + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
