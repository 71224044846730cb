import { expect, it } from 'vitest';
import { AcknowledgedTimes } from './acknowledged-times.js';

it('knows when the newest chunks were acknowledged', () => {
  const times = new AcknowledgedTimes(4);
  times.note(1, 0);
  times.note(5, 10);
  // Out of order, as requests end.
  times.note(4, 20);
  times.note(6, 20);
  // So shortly after that it counts as the same time.
  times.note(9, 24);
  const at = (...sequences: number[]) => sequences.map((sequence) => times.of(sequence));
  expect(at(0, 1, 2, 5, 6, 9, 10)).toEqual([undefined, undefined, 10, 10, 20, 20, undefined]);
});

it('forgets the oldest', () => {
  const times = new AcknowledgedTimes(4);
  for (let sequence = 1; sequence <= 10; sequence++) times.note(sequence, sequence * 100);
  expect([6, 7, 8, 10].map((sequence) => times.of(sequence))).toEqual([undefined, undefined, 800, 1000]);
});

it('knows nothing at first', () => {
  expect(new AcknowledgedTimes().of(1)).toBeUndefined();
});
