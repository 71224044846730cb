import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatRangeProof,
  hashesOfRange,
  parseRangeProof,
  type RangeProof,
  rangeProof,
  verifyRange,
} from './range-proof.js';
import { flip, HashStore } from './testing/memory-log.js';
import { cheapLeaf, referenceRoot } from './testing/reference-tree.js';

const LARGEST = 1300;
const leaves = Array.from({ length: LARGEST }, (_, i) => cheapLeaf(i));

const anySize = fc.oneof(fc.integer({ min: 1, max: LARGEST }), fc.constantFrom(1, 2, 255, 256, 257, 512, 513, 1024));
const anyRange = anySize.chain((size) =>
  fc
    .tuple(fc.constant(size), fc.nat(size - 1))
    .chain(([total, from]) =>
      fc.record({ size: fc.constant(total), from: fc.constant(from), to: fc.integer({ min: from + 1, max: total }) }),
    ),
);

async function proven({ size, from, to }: { size: number; from: number; to: number }) {
  const store = new HashStore();
  for (const leaf of leaves.slice(0, size)) store.tree.append(leaf);
  const proof = await rangeProof(from, to, size, store);
  const hashes = await hashesOfRange(from, to, size, store);
  expect(Buffer.from(hashes)).toEqual(Buffer.concat(leaves.slice(from, to)));
  return { proof, hashes, size, root: store.tree.root() };
}

describe('a range proof', () => {
  it('proves the leaves of any range of any tree', async () => {
    await fc.assert(
      fc.asyncProperty(anyRange, async (range) => {
        const { proof, hashes, size, root } = await proven(range);
        expect(root).toEqual(referenceRoot(leaves.slice(0, range.size)));
        expect(verifyRange(proof, hashes, size, root)).toBe(true);
        expect(parseRangeProof(formatRangeProof(proof))).toEqual(proof);
      }),
      { numRuns: 60 },
    );
  });

  it('proves no others: a leaf that is changed, dropped, doubled, moved or added is found', async () => {
    await fc.assert(
      fc.asyncProperty(anyRange, fc.nat(), async (range, at) => {
        const { proof, hashes, size, root } = await proven(range);
        const own = leaves.slice(range.from, range.to);
        const place = at % own.length;
        const changed = [
          flip(hashes, at % hashes.length),
          Buffer.concat(own.toSpliced(place, 1)),
          Buffer.concat(own.toSpliced(place, 0, own[place]!)),
          Buffer.concat([...own, cheapLeaf(range.to)]),
          ...(own.length > 1 ? [Buffer.concat(own.toReversed())] : []),
        ];
        for (const others of changed) expect(verifyRange(proof, others, size, root)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('is of its own range, size and root only, and every hash in it counts', async () => {
    await fc.assert(
      fc.asyncProperty(anyRange, async (range) => {
        const { proof, hashes, size, root } = await proven(range);
        const flipped = (list: readonly Uint8Array[]) => list.map((_, i) => list.with(i, flip(list[i]!, 3)));
        const others: RangeProof[] = [
          ...flipped(proof.left).map((left) => ({ ...proof, left })),
          ...flipped(proof.consistency).map((consistency) => ({ ...proof, consistency })),
          { ...proof, from: proof.from + 1 },
          { ...proof, to: proof.to + 1 },
          { ...proof, left: [...proof.left, root] },
          { ...proof, consistency: [...proof.consistency, root] },
          { ...proof, from: -1 },
          { ...proof, to: Number.NaN },
        ];
        for (const other of others) expect(verifyRange(other, hashes, size, root)).toBe(false);
        expect(verifyRange(proof, hashes, size, flip(root, 0))).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('is made of ranges that there are', async () => {
    for (const [from, to] of [
      [0, 0],
      [5, 4],
      [0, 11],
      [-1, 3],
    ] as const) {
      await expect(rangeProof(from, to, 10, new HashStore())).rejects.toMatchObject({ code: 'bad-argument' });
    }
  });

  it('is read in its one form only', () => {
    const hash = Buffer.alloc(32, 7).toString('base64');
    const good = `attestlog range proof v1\nfrom 1\nto 2\nleft ${hash}\nconsistency ${hash}\n`;
    expect(parseRangeProof(good)).toMatchObject({ from: 1, to: 2 });
    const bad = [
      good.slice(0, -1),
      good.replace('v1', 'v2'),
      good.replace('from 1', 'from 01'),
      good.replace('to 2\n', ''),
      good.replace(`left ${hash}`, `left ${hash} `),
      good.replace('left', 'right'),
      `${good}left ${hash}\n`,
      `${good}\n`,
      good + `consistency ${hash}\n`.repeat(70),
      good + 'x'.repeat(20_000),
    ];
    for (const text of bad) expect(() => parseRangeProof(text)).toThrow('not a range proof');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        const text = good.slice(0, at) + put + good.slice(at + 1);
        try {
          expect(formatRangeProof(parseRangeProof(text))).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed-range-proof' });
        }
      }),
    );
  });
});
