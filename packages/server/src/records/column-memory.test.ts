import { expect, test } from 'vitest';
import { ColumnMemory } from './column-memory.js';

const nothing = new Uint8Array(0);

test('memory grows by doubling, and keeps what is used', () => {
  const memory = new ColumnMemory();
  const first = memory.grown(nothing, 0, 10);
  first.set([1, 2, 3]);
  const second = memory.grown(first, 3, first.length + 1);
  expect([second.length, ...second.subarray(0, 3)]).toEqual([2 * first.length, 1, 2, 3]);
  expect(memory.grown(nothing, 0, 1_000_000)).toHaveLength(1_000_000);
});

test('what was given back is used again, once and where it fits', () => {
  const memory = new ColumnMemory();
  const first = memory.grown(nothing, 0, 1_000_000);
  memory.giveBack(first, 1_000_000);
  expect(memory.grown(nothing, 0, 1_000_001)).not.toBe(first);
  expect(memory.grown(Uint8Array.of(7, 8), 1, 900_000)).toBe(first);
  expect(first[0]).toBe(7);
  expect(memory.grown(nothing, 0, 10)).not.toBe(first);
});

test('what was not given back is not used again', () => {
  const memory = new ColumnMemory();
  expect(memory.grown(nothing, 0, 100)).not.toBe(memory.grown(nothing, 0, 100));
});

test('the memory of a large batch is not kept when batches have become small', () => {
  const memory = new ColumnMemory();
  const large = memory.grown(nothing, 0, 1_000_000);
  memory.giveBack(large, 249_999);
  expect(memory.grown(nothing, 0, 10)).not.toBe(large);
  memory.giveBack(large, 250_000);
  expect(memory.grown(nothing, 0, 10)).toBe(large);
});
