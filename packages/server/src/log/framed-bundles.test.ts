import { decodeBundle, encodeBundle } from '@attestlog/tlog';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bundlesOf, cutIntoBundles } from './framed-bundles.js';

const bundle = fc
  .array(fc.uint8Array({ maxLength: 5 }), { minLength: 256, maxLength: 256 })
  .map((entries) => Buffer.from(encodeBundle(entries)));
const bundles = fc.array(bundle, { maxLength: 4 });
const sizesOf = (list: readonly Uint8Array[]) => list.map(({ length }) => length);

describe('framed entries', () => {
  test('are cut into the bundles that they were put together from', () => {
    fc.assert(
      fc.property(bundles, (list) => {
        const cut = cutIntoBundles(Buffer.concat(list), sizesOf(list));
        expect(cut!.map((bytes) => Buffer.from(bytes))).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });

  test('that are not what was said are not cut', () => {
    const change = fc.oneof(
      fc.record({ cut: fc.nat() }),
      fc.record({ add: fc.uint8Array({ minLength: 1, maxLength: 10 }) }),
      fc.record({ move: fc.integer({ min: -3, max: 3 }).filter((by) => by !== 0) }),
    );
    fc.assert(
      fc.property(fc.array(bundle, { minLength: 2, maxLength: 3 }), change, (list, how) => {
        const framed = Buffer.concat(list);
        const sizes = sizesOf(list);
        if ('cut' in how) expect(cutIntoBundles(framed.subarray(0, how.cut % framed.length), sizes)).toBeUndefined();
        if ('add' in how) expect(cutIntoBundles(Buffer.concat([framed, how.add]), sizes)).toBeUndefined();
        if ('move' in how) {
          const moved = [sizes[0]! + how.move, sizes[1]! - how.move, ...sizes.slice(2)];
          expect(cutIntoBundles(framed, moved)).toBeUndefined();
        }
      }),
      { numRuns: 100 },
    );
  });

  test('give whole bundles or nothing, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.nat(1000), { maxLength: 4 }), (bytes, sizes) => {
        const cut = cutIntoBundles(bytes, sizes);
        for (const each of cut ?? []) expect(decodeBundle(each, 256)).toHaveLength(256);
      }),
    );
  });
});

test('entries are put together into bundles; one with a gap is left out', () => {
  const entryOf = (index: number) => Buffer.from(`${index}`);
  const stored = (index: number) => ({ index, position: index, entry: entryOf(index), sealed: undefined });
  const entries = Array.from({ length: 768 }, (_, i) => stored(512 + i)).filter(({ index }) => index !== 800);
  const expected = (first: number) => encodeBundle(Array.from({ length: 256 }, (_, i) => entryOf(first + i)));
  expect(bundlesOf(entries, 512, 4)).toEqual([expected(512), undefined, expected(1024), undefined]);
});
