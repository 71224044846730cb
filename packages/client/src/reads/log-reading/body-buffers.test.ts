import { expect, it } from 'vitest';
import { BodyBuffers } from './body-buffers.js';

const MIB = 1024 * 1024;

it('lends what was given back, where that is large enough', () => {
  const buffers = new BodyBuffers();
  const first = buffers.take(100_000);
  buffers.give(first);
  expect(buffers.take(131_072).buffer).toBe(first.buffer);
  buffers.give(first);
  expect(buffers.take(131_073).buffer).not.toBe(first.buffer);
  expect(buffers.take(1).buffer).toBe(first.buffer);
});

it('never lends the same twice, also when it is given back twice', () => {
  const buffers = new BodyBuffers();
  const lent = [buffers.take(10), buffers.take(10)];
  const [first] = lent;
  buffers.give(first!);
  buffers.give(first!.subarray(2, 5));
  lent.push(buffers.take(10), buffers.take(10));
  expect(lent[2]!.buffer).toBe(first!.buffer);
  expect(new Set(lent.map(({ buffer }) => buffer)).size).toBe(3);
});

it('leaves alone what is not its own', () => {
  const buffers = new BodyBuffers();
  const foreign = new Uint8Array(100);
  buffers.give(foreign);
  expect(buffers.take(10).buffer).not.toBe(foreign.buffer);
});

it('gives the length that was asked for, also none', () => {
  const buffers = new BodyBuffers();
  for (const bytes of [0, 1, 65_536, 65_537]) expect(buffers.take(bytes)).toHaveLength(bytes);
});

it('keeps no more than 32 MiB to be used again', () => {
  const buffers = new BodyBuffers();
  const lent = [16 * MIB, 16 * MIB, 65_536].map((bytes) => buffers.take(bytes));
  for (let round = 0; round < 2; round++) {
    for (const buffer of lent) buffers.give(buffer);
    for (const kept of lent.slice(0, 2)) expect(buffers.take(16 * MIB).buffer).toBe(kept.buffer);
    expect(buffers.take(1).buffer).not.toBe(lent[2]!.buffer);
  }
});
