import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CheckRound } from './check-round.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each([1, 7, 10, 95])('makes each of %d checks at least once in a round, and spreads them', (count) => {
  const round = new CheckRound(500);
  const made = Array.from({ length: count }, () => 0);
  const stops = made.map((_, place) =>
    round.add(() => {
      made[place]! += 1;
    }),
  );
  vi.advanceTimersByTime(500);
  expect(Math.min(...made)).toBeGreaterThan(0);
  const before = made.reduce((sum, times) => sum + times, 0);
  vi.advanceTimersByTime(50);
  expect(made.reduce((sum, times) => sum + times, 0) - before).toBe(Math.ceil(count / 10));
  for (const stop of stops) stop();
  expect(vi.getTimerCount()).toBe(0);
});
