import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttemptLimiter, type Slowing } from './attempt-limiter.js';

const SLOWING: Slowing = {
  freeFailures: 3,
  firstPauseMs: 1000,
  doublesEvery: 1,
  maxPauseMs: 60_000,
  forgottenAfterMs: 600_000,
};

test('pauses begin after the free failures, double, and stop at the most', () => {
  const limiter = new AttemptLimiter(SLOWING, 10);
  const pauses = Array.from({ length: 12 }, () => {
    limiter.count('a', 0);
    return limiter.pauseMs('a', 0);
  });
  expect(pauses).toEqual([0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(limiter.pauseMs('a', 59_999)).toBe(1);
  expect(limiter.pauseMs('a', 60_000)).toBe(0);
  expect(limiter.pauseMs('b', 0)).toBe(0);
});

test('failures are forgotten after a while without another one', () => {
  const limiter = new AttemptLimiter(SLOWING, 10);
  for (let i = 0; i < 5; i++) limiter.count('a', 0);
  expect(limiter.failures('a', 599_999)).toBe(5);
  expect(limiter.failures('a', 600_000)).toBe(0);
});

test('one that is taken back leaves the others', () => {
  const limiter = new AttemptLimiter(SLOWING, 10);
  for (let i = 0; i < 4; i++) limiter.count('a', 0);
  limiter.takeBack('a', 0);
  expect([limiter.failures('a', 0), limiter.pauseMs('a', 0)]).toEqual([3, 0]);
  limiter.takeBack('b', 0);
  expect(limiter.failures('b', 0)).toBe(0);
});

test('failures that were counted elsewhere count too', () => {
  const limiter = new AttemptLimiter(SLOWING, 10);
  limiter.count('a', 0, 4);
  expect(limiter.pauseMs('a', 0)).toBe(2000);
});

test('no more names are kept than the bound', () => {
  const limiter = new AttemptLimiter(SLOWING, 10);
  for (let i = 0; i < 1000; i++) limiter.count(`name ${i}`, 0);
  const kept = Array.from({ length: 1000 }, (_, i) => limiter.failures(`name ${i}`, 0)).filter((count) => count > 0);
  expect(kept).toHaveLength(10);
});

test('however often it is asked, no more attempts get through than the pauses allow', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 200 }), (steps) => {
      const limiter = new AttemptLimiter({ ...SLOWING, forgottenAfterMs: 1e9 }, 10);
      let [now, through] = [0, 0];
      for (const step of steps) {
        now += step;
        if (limiter.pauseMs('a', now) > 0) continue;
        limiter.count('a', now);
        through += 1;
      }
      // After n failures beyond the free ones, 1 + 2 + … + 2^(n-1) seconds have passed.
      const bound = SLOWING.freeFailures + 2 + Math.log2(now / 1000 + 1) + now / SLOWING.maxPauseMs;
      expect(through).toBeLessThanOrEqual(bound);
    }),
  );
});
