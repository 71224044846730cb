import { expect, test } from 'vitest';
import { CommitMemory } from './commit-memory.js';

test('what is taken shares nothing, until it is used again', () => {
  const memory = new CommitMemory(100);
  const [one, two] = [memory.take(60).fill(1), memory.take(40).fill(2)];
  expect([one.length, two.length, one.every((byte) => byte === 1)]).toEqual([60, 40, true]);
  memory.reuse();
  memory.take(50).fill(3);
  expect([one[0], one[49], one[50]]).toEqual([3, 3, 1]);
});

test('what does not fit has memory of its own', () => {
  const memory = new CommitMemory(100);
  const inside = memory.take(60).fill(1);
  const outside = memory.take(41).fill(2);
  expect([outside.length, outside.buffer === inside.buffer]).toEqual([41, false]);
  expect(memory.take(40).buffer).toBe(inside.buffer);
});
