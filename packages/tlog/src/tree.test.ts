import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash } from './hash.js';
import { HashStore } from './testing/memory-log.js';
import { cheapLeaf, referenceRoot } from './testing/reference-tree.js';
import { hashesAtLevel } from './tile.js';
import { TlogError } from './tlog-error.js';
import { GrowingTree, rootFromEdge } from './tree.js';

const leaves = (count: number) => Array.from({ length: count }, (_, i) => cheapLeaf(i));

function grow(count: number, from = new GrowingTree()): GrowingTree {
  for (let i = from.size; i < count; i++) from.append(cheapLeaf(i));
  return from;
}

describe('GrowingTree', () => {
  it('has the root of RFC 6962 at every size to 130 and at tile borders', () => {
    for (let size = 0; size <= 130; size++) expect(grow(size).root()).toEqual(referenceRoot(leaves(size)));
    for (const size of [255, 256, 257, 511, 512, 513, 1000]) {
      expect(grow(size).root()).toEqual(referenceRoot(leaves(size)));
    }
  });

  it('continues from its edge as if it had never stopped', () => {
    const anySize = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.constantFrom(255, 256, 257, 512));
    fc.assert(
      fc.property(anySize, anySize, (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const edge = grow(first).edge();
        expect(rootFromEdge(edge)).toEqual(referenceRoot(leaves(first)));
        const continued = grow(last, new GrowingTree(edge));
        expect(continued.edge()).toEqual(grow(last).edge());
        expect(edge).toEqual(grow(first).edge());
      }),
    );
  });

  it('reports each hash of each level once, in order, with the root of its leaves', () => {
    const size = 65_537;
    const store = new HashStore();
    for (let i = 0; i < size; i++) store.tree.append(cheapLeaf(i));
    expect(store.levels.map((level) => level.length)).toEqual([0, 1, 2].map((level) => hashesAtLevel(level, size)));
    const sample = leaves(size);
    for (const i of [0, 1, 254, 255]) {
      expect(store.levels[1]![i]).toEqual(referenceRoot(sample.slice(i * 256, (i + 1) * 256)));
    }
    expect(store.levels[2]![0]).toEqual(referenceRoot(sample.slice(0, 65_536)));
    expect(store.tree.root()).toEqual(referenceRoot(sample));
  });

  it('grows by many leaves at once as by one after another', () => {
    const counts = fc.array(fc.oneof(fc.nat(5), fc.constantFrom(255, 256, 257, 600)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(300), counts, (before, runs) => {
        const nodes = new Map<string, string>();
        const note = (level: number, index: number, hash: Uint8Array) => {
          const name = `${level}/${index}`;
          expect(nodes.has(name)).toBe(false);
          nodes.set(name, Buffer.from(hash).toString('hex'));
        };
        const start = grow(before).edge();
        const oneByOne = new GrowingTree(start, note);
        const atOnce = new GrowingTree(start);
        let told = 0;
        for (const count of runs) {
          const run = Array.from({ length: count }, (_, i) => cheapLeaf(oneByOne.size + i));
          for (const leaf of run) oneByOne.append(leaf);
          atOnce.appendAll(Buffer.concat(run), (level, first, hashes) => {
            for (let at = 0; at < hashes.length; at += 32, told++) {
              expect(nodes.get(`${level}/${first + at / 32}`)).toBe(
                Buffer.from(hashes.subarray(at, at + 32)).toString('hex'),
              );
            }
          });
          expect(atOnce.edge()).toEqual(oneByOne.edge());
        }
        expect([told, atOnce.size]).toEqual([nodes.size, oneByOne.size]);
      }),
      { numRuns: 60 },
    );
    expect(() => new GrowingTree().appendAll(new Uint8Array(33))).toThrow(TlogError);
  });

  it('agrees with the reference around 65,536 leaves', () => {
    const sample = leaves(65_537);
    for (const size of [65_535, 65_536, 65_537])
      expect(grow(size).root()).toEqual(referenceRoot(sample.slice(0, size)));
  });

  it('counts beyond 32 bits', () => {
    const size = 2 ** 40 + 2 ** 33 + 255;
    const hashes = [...size.toString(2)].filter((bit) => bit === '1').map((_, i) => cheapLeaf(i));
    const nodes: [number, number][] = [];
    const tree = new GrowingTree({ size, hashes }, (level, index) => nodes.push([level, index]));
    tree.append(leafHash(Uint8Array.of(1)));
    expect(tree.size).toBe(size + 1);
    expect(nodes).toEqual([
      [0, size],
      [1, (size - 255) / 256],
    ]);
    expect(tree.edge().hashes).toHaveLength(3);
  });

  it('refuses an edge that is not one', () => {
    const hash = cheapLeaf(0);
    const bad = [
      { size: 1, hashes: [] },
      { size: 3, hashes: [hash] },
      { size: 2, hashes: [new Uint8Array(31)] },
      { size: -1, hashes: [] },
      { size: 0.5, hashes: [] },
      { size: 2 ** 53, hashes: [hash] },
    ];
    for (const edge of bad) {
      expect(() => new GrowingTree(edge)).toThrow(TlogError);
      expect(() => rootFromEdge(edge)).toThrow(TlogError);
    }
    expect(() => new GrowingTree().append(new Uint8Array(20))).toThrow(TlogError);
  });
});
