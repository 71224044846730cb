import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.js';

test('gives out its capacity at once, and then as much as flows in', () => {
  const bucket = new TokenBucket(100, 1000);
  expect(bucket.take(1000, 0)).toBe(0);
  expect(bucket.remaining(0)).toBe(0);
  expect(bucket.take(1, 0)).toBeCloseTo(10);
  expect(bucket.take(1, 10)).toBe(0);
  expect(bucket.take(100, 510)).toBeCloseTo(500);
  expect(bucket.take(50, 510)).toBe(0);
});

test('never gives more than its capacity, and says that waiting does not help', () => {
  expect(new TokenBucket(1, 10).take(11, 0)).toBe(Number.POSITIVE_INFINITY);
});

test('what is given back can be taken again, and fills nothing beyond the capacity', () => {
  const bucket = new TokenBucket(1, 10);
  bucket.take(10, 0);
  bucket.giveBack(4);
  expect(bucket.remaining(0)).toBeCloseTo(4);
  expect(bucket.take(4, 0)).toBe(0);
  bucket.giveBack(10);
  expect(bucket.remaining(1e9)).toBe(10);
});

test('in any stretch of time no more is given than the capacity and what flows in', () => {
  const asks = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 500 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(asks, fc.integer({ min: 1, max: 1000 }), (steps, perSecond) => {
      const bucket = new TokenBucket(perSecond, 50);
      const taken: [number, number][] = [];
      let now = 0;
      for (const [tokens, pause] of steps) {
        now += pause;
        const wait = bucket.take(tokens, now);
        if (wait === 0) taken.push([now, tokens]);
        else expect(bucket.remaining(now)).toBeLessThan(tokens);
      }
      for (let from = 0; from < taken.length; from++) {
        let sum = 0;
        for (let to = from; to < taken.length; to++) {
          sum += taken[to]![1];
          const seconds = (taken[to]![0] - taken[from]![0]) / 1000;
          expect(sum).toBeLessThanOrEqual(50 + seconds * perSecond + 1e-6);
        }
      }
    }),
  );
});

test('what it says to wait is enough, and not more', () => {
  const bucket = new TokenBucket(7, 20);
  bucket.take(20, 0);
  const wait = bucket.take(5, 0);
  expect(bucket.take(5, wait - 1)).toBeGreaterThan(0);
  expect(bucket.take(5, wait)).toBe(0);
});
