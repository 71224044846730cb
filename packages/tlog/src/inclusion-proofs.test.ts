import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InclusionProofs } from './inclusion-proofs.js';
import { inclusionProof, verifyInclusion } from './proof.js';
import { HashStore } from './testing/memory-log.js';
import { cheapLeaf } from './testing/reference-tree.js';

const SIZE = 66_000;
const store = new HashStore();
const leaves = Array.from({ length: SIZE }, (_, i) => cheapLeaf(i));
for (const leaf of leaves) store.tree.append(leaf);
const root = store.tree.root();

it('are those that are made one by one, in whatever order, also when much was forgotten', async () => {
  const proofs = new InclusionProofs(SIZE, store);
  const anyIndexes = fc.array(fc.oneof(fc.nat(SIZE - 1), fc.constantFrom(0, 255, 256, 65_535, 65_536, SIZE - 1)), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(anyIndexes, async (indexes) => {
      const made = await proofs.proofs(indexes);
      for (const [place, index] of indexes.entries()) {
        expect(verifyInclusion(index, SIZE, leaves[index]!, made[place]!, root)).toBe(true);
      }
      const [first] = indexes;
      if (first !== undefined) expect(made[0]).toEqual(await inclusionProof(first, SIZE, store));
    }),
    { numRuns: 60 },
  );
});

it('are of leaves that there are', async () => {
  await expect(new InclusionProofs(10, store).proofs([3, 10])).rejects.toMatchObject({ code: 'bad-argument' });
});
