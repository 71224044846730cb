import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash } from './hash.js';
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from './proof.js';
import { flip, HashStore } from './testing/memory-log.js';
import { cheapLeaf, referenceConsistency, referenceInclusion, referenceRoot } from './testing/reference-tree.js';
import { tilePath, tileWidth } from './tile.js';
import { TlogError } from './tlog-error.js';
import { GrowingTree } from './tree.js';

interface Vectors {
  leaves: string[];
  roots: string[];
  inclusion: {
    desc: string;
    index: number;
    size: number;
    leaf: string;
    root: string;
    proof: string[];
    valid: boolean;
  }[];
  consistency: {
    desc: string;
    size1: number;
    size2: number;
    root1: string;
    root2: string;
    proof: string[];
    valid: boolean;
  }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../testdata/merkle-proofs.json', import.meta.url), 'utf8'),
) as Vectors;
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

const LARGEST = 65_537 + 300;
const leaves = Array.from({ length: LARGEST }, (_, i) => cheapLeaf(i));
const store = new HashStore();
for (const leaf of leaves) store.tree.append(leaf);
const borders = [1, 2, 3, 127, 128, 129, 255, 256, 257, 511, 512, 513, 767, 1024, 1300];
const anySize = fc.oneof(fc.integer({ min: 1, max: 1300 }), fc.constantFrom(...borders));

describe('proofs of transparency-dev/merkle', () => {
  it('has its roots', () => {
    const tree = new GrowingTree();
    expect(tree.root()).toEqual(bytes(vectors.roots[0]!));
    for (const [i, leaf] of vectors.leaves.entries()) {
      tree.append(leafHash(bytes(leaf)));
      expect(tree.root()).toEqual(bytes(vectors.roots[i + 1]!));
    }
  });

  it.each(vectors.inclusion)('inclusion, $desc: $valid', ({ index, size, leaf, proof, root, valid }) => {
    expect(verifyInclusion(index, size, bytes(leaf), proof.map(bytes), bytes(root))).toBe(valid);
  });

  it.each(vectors.consistency)('consistency, $desc: $valid', ({ size1, size2, proof, root1, root2, valid }) => {
    // From the empty tree the reference does not look at the older root; we ask for the empty root.
    const expected = size1 === 0 && size2 > 0 ? valid && root1 === vectors.roots[0] : valid;
    expect(verifyConsistency(size1, size2, proof.map(bytes), bytes(root1), bytes(root2))).toBe(expected);
  });
});

describe('inclusion proofs', () => {
  it('are those of RFC 6962 and verify', async () => {
    await fc.assert(
      fc.asyncProperty(anySize, fc.nat(), async (size, pick) => {
        const index = pick % size;
        const proof = await inclusionProof(index, size, store);
        expect(proof).toEqual(referenceInclusion(index, leaves.slice(0, size)));
        expect(verifyInclusion(index, size, leaves[index]!, proof, referenceRoot(leaves.slice(0, size)))).toBe(true);
      }),
    );
  });

  it('prove nothing else: no other leaf, index, size, root or proof', async () => {
    await fc.assert(
      fc.asyncProperty(anySize, fc.nat(), fc.nat(), async (size, pick, other) => {
        const index = pick % size;
        const proof = await inclusionProof(index, size, store);
        const root = referenceRoot(leaves.slice(0, size));
        const leaf = leaves[index]!;
        expect(verifyInclusion(index, size, flip(leaf, other % 32), proof, root)).toBe(false);
        expect(verifyInclusion(index, size, leaf, proof, flip(root, other % 32))).toBe(false);
        expect(verifyInclusion(index, size, leaf, [...proof, root], root)).toBe(false);
        expect(verifyInclusion(index, size, leaf, [root, ...proof], root)).toBe(false);
        if (other % size !== index) expect(verifyInclusion(other % size, size, leaf, proof, root)).toBe(false);
        if (proof.length === 0) return;
        const at = other % proof.length;
        expect(verifyInclusion(index, size, leaf, proof.with(at, flip(proof[at]!, 3)), root)).toBe(false);
        expect(verifyInclusion(index, size, leaf, proof.toSpliced(at, 1), root)).toBe(false);
      }),
    );
  });

  it('work at the third level of tiles', async () => {
    for (const size of [65_535, 65_536, 65_537, LARGEST]) {
      const root = referenceRoot(leaves.slice(0, size));
      for (const index of [0, 255, 256, 65_279, 65_534, size - 1]) {
        const proof = await inclusionProof(index, size, store);
        expect(verifyInclusion(index, size, leaves[index]!, proof, root)).toBe(true);
      }
    }
  });

  it('ask once for each tile, at the width that exists at that size', async () => {
    store.asked.length = 0;
    await inclusionProof(3, 70 + 65_536, store);
    expect(store.asked.map(tilePath).sort()).toEqual(['tile/0/000', 'tile/0/256.p/70', 'tile/1/000']);
    await fc.assert(
      fc.asyncProperty(anySize, fc.nat(), async (size, pick) => {
        store.asked.length = 0;
        await inclusionProof(pick % size, size, store);
        expect(new Set(store.asked.map(tilePath)).size).toBe(store.asked.length);
        for (const tile of store.asked) expect(tile.width).toBe(tileWidth(tile.level, tile.index, size));
      }),
    );
  });

  it('refuse an index out of range and tiles of the wrong length', async () => {
    await expect(inclusionProof(5, 5, store)).rejects.toThrow(TlogError);
    await expect(inclusionProof(-1, 5, store)).rejects.toThrow(TlogError);
    await expect(inclusionProof(0, 0, store)).rejects.toThrow(TlogError);
    const short = { readTiles: async () => [new Uint8Array(32)] };
    await expect(inclusionProof(0, 5, short)).rejects.toMatchObject({ code: 'bad-tile' });
    await expect(inclusionProof(0, 5, { readTiles: async () => [] })).rejects.toMatchObject({ code: 'bad-tile' });
  });

  it('do not write to what the reader returns', async () => {
    const tile = Buffer.concat(leaves.slice(0, 8));
    const before = Buffer.from(tile);
    await inclusionProof(0, 8, { readTiles: async () => [tile] });
    expect(tile).toEqual(before);
  });
});

describe('consistency proofs', () => {
  it('are those of RFC 6962 and verify', async () => {
    await fc.assert(
      fc.asyncProperty(anySize, anySize, async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const proof = await consistencyProof(from, to, store);
        expect(proof).toEqual(referenceConsistency(from, leaves.slice(0, to)));
        const roots = [from, to].map((size) => referenceRoot(leaves.slice(0, size))) as [Uint8Array, Uint8Array];
        expect(verifyConsistency(from, to, proof, ...roots)).toBe(true);
      }),
    );
  });

  it('prove nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(anySize, anySize, fc.nat(), async (a, b, other) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const proof = await consistencyProof(from, to, store);
        const [older, newer] = [from, to].map((size) => referenceRoot(leaves.slice(0, size))) as [
          Uint8Array,
          Uint8Array,
        ];
        expect(verifyConsistency(from, to, proof, flip(older, other % 32), newer)).toBe(false);
        expect(verifyConsistency(from, to, proof, older, flip(newer, other % 32))).toBe(false);
        expect(verifyConsistency(from, to, [...proof, newer], older, newer)).toBe(false);
        if (from < to) expect(verifyConsistency(to, from, proof, newer, older)).toBe(false);
        if (proof.length === 0) return;
        const at = other % proof.length;
        expect(verifyConsistency(from, to, proof.with(at, flip(proof[at]!, 3)), older, newer)).toBe(false);
        expect(verifyConsistency(from, to, proof.toSpliced(at, 1), older, newer)).toBe(false);
      }),
    );
  });

  it('are empty from nothing and between equal sizes', async () => {
    expect(await consistencyProof(0, 5, store)).toEqual([]);
    expect(await consistencyProof(5, 5, store)).toEqual([]);
    expect(await consistencyProof(0, 0, store)).toEqual([]);
    await expect(consistencyProof(6, 5, store)).rejects.toThrow(TlogError);
  });

  it('work beyond 32 bits', () => {
    const from = 2 ** 33;
    const root = cheapLeaf(1);
    const tree = new GrowingTree({ size: from, hashes: [root] });
    tree.append(cheapLeaf(2));
    expect(verifyConsistency(from, from + 1, [cheapLeaf(2)], root, tree.root())).toBe(true);
    expect(verifyInclusion(from, from + 1, cheapLeaf(2), [root], tree.root())).toBe(true);
  });
});
