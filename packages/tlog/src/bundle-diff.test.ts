import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffBundle } from './bundle-diff.js';
import { cheapLeaf } from './testing/reference-tree.js';

const hashes = (...numbers: number[]) => new Uint8Array(Buffer.concat(numbers.map((n) => cheapLeaf(n))));
const diff = (found: number[], leaves: number[]) =>
  diffBundle(hashes(...found), hashes(...leaves)).map(({ kind, place }) => `${kind} ${place}`);

describe('diffBundle', () => {
  it('finds nothing between equals', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 30 }), (list) => {
        expect(diff(list, list)).toEqual([]);
      }),
    );
  });

  it('compares equal numbers place by place', () => {
    expect(diff([1, 9, 3], [1, 2, 3])).toEqual(['changed 1']);
    expect(diff([2, 1, 3], [1, 2, 3])).toEqual(['changed 0', 'changed 1']);
  });

  it('aligns what is left when entries were dropped or put in', () => {
    expect(diff([1, 3, 4], [1, 2, 3, 4])).toEqual(['missing 1']);
    expect(diff([1, 9, 4], [1, 2, 3, 4])).toEqual(['changed 1', 'missing 2']);
    expect(diff([1, 2, 9, 3], [1, 2, 3])).toEqual(['foreign 2']);
    expect(diff([1, 2, 3, 8, 9], [1, 2, 3])).toEqual(['foreign 3', 'foreign 4']);
    expect(diff([], [1, 2])).toEqual(['missing 0', 'missing 1']);
  });

  it('accounts for every leaf and every entry', () => {
    const list = fc.array(fc.nat(6), { maxLength: 20 });
    fc.assert(
      fc.property(list, list, (found, leaves) => {
        const kinds = diffBundle(hashes(...found), hashes(...leaves)).map(({ kind }) => kind);
        const count = (kind: string) => kinds.filter((each) => each === kind).length;
        const kept = leaves.length - count('changed') - count('missing');
        expect(kept).toBeGreaterThanOrEqual(0);
        expect(found.length).toBe(kept + count('changed') + count('foreign'));
      }),
    );
  });
});
