import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

it('grows, spreads, and stays below its limit', () => {
  expect([1, 2, 3, 20].map((attempt) => backoffMs(attempt, 1))).toEqual([250, 500, 1000, 15_000]);
  expect([1, 20].map((attempt) => backoffMs(attempt, 0))).toEqual([125, 7500]);
});

it('honours what the server asks for, within reason', () => {
  expect(backoffMs(1, 1, 3000)).toBe(3000);
  expect(backoffMs(1, 1, 86_400_000)).toBe(60_000);
});
