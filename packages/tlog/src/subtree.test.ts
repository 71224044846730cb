import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestPowerOfTwo, perfectRoot, perfectRoots } from './subtree.js';
import { cheapLeaf, referenceRoot } from './testing/reference-tree.js';
import { foldEdge } from './tree.js';

const leaves = (count: number) => Array.from({ length: count }, (_, i) => cheapLeaf(i));

describe('subtrees', () => {
  it('finds powers of two up to 2^53', () => {
    for (let power = 1; power <= 2 ** 53; power *= 2) {
      expect(largestPowerOfTwo(power)).toBe(power);
      if (power > 2) expect(largestPowerOfTwo(power - 1)).toBe(power / 2);
      if (power > 1 && power < 2 ** 53) expect(largestPowerOfTwo(power + 1)).toBe(power);
    }
  });

  it('have the roots of RFC 6962, and leave their input alone', () => {
    for (let height = 0; height <= 8; height++) {
      const data = Buffer.concat(leaves(2 ** height));
      const before = Buffer.from(data);
      expect(perfectRoot(data, 0, data.length)).toEqual(referenceRoot(leaves(2 ** height)));
      expect(data).toEqual(before);
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (count) => {
        expect(foldEdge(perfectRoots(Buffer.concat(leaves(count))))).toEqual(referenceRoot(leaves(count)));
      }),
    );
  });
});
