import { GrowingTree } from '@attestlog/tlog';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { committedHead, decodeHead, edgeOf, encodeHead, type Head, headKey } from './head.js';

function headOf(size: number, through: number): Head {
  const tree = new GrowingTree();
  for (let i = 0; i < size; i++) tree.append(new Uint8Array(32).fill(i % 256));
  return { size, root: tree.root(), edge: [...tree.edge().hashes], through };
}

test('a head comes back from its document as it was, also through JSON, and its tree grows on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (size, through) => {
      const head = headOf(size, through);
      const back = decodeHead(JSON.parse(JSON.stringify(encodeHead(head))));
      expect(encodeHead(back)).toEqual(encodeHead(head));
      expect(Buffer.compare(new GrowingTree(edgeOf(back)).root(), head.root)).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test('the head that counts is the newest one whose batch is committed', () => {
  const document = { current: encodeHead(headOf(5, 20)), previous: encodeHead(headOf(3, 10)) };
  expect(committedHead(document, 20)?.size).toBe(5);
  expect(committedHead(document, 25)?.size).toBe(5);
  expect(committedHead(document, 19)?.size).toBe(3);
  expect(committedHead({ ...document, previous: null }, 19)).toBeUndefined();
});

test('each tenant has a document of its own', () => {
  expect(headKey('acme')).toBe('head.acme');
});
