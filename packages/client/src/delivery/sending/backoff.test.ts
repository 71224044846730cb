import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.js';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const BOUNDS = { minMs: 100, maxMs: 30_000 };

test('waits lie between the shortest and what doubles with every failure, up to the longest', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), random, (failures, chance) => {
      const wait = backoffMs(failures, chance, BOUNDS);
      expect(wait).toBeGreaterThanOrEqual(100);
      expect(wait).toBeLessThanOrEqual(Math.min(30_000, 100 * 2 ** failures));
    }),
  );
  expect(backoffMs(1, 0.999, BOUNDS)).toBeCloseTo(200, 0);
  expect(backoffMs(50, 0.999, BOUNDS)).toBeGreaterThan(29_000);
});

test('a wait that the server asks for is kept to, with jitter on top, and not believed beyond five minutes', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), random, (askedMs, chance) => {
      const wait = backoffMs(1, chance, BOUNDS, askedMs);
      const keptMs = Math.max(100, Math.min(askedMs, 300_000));
      expect(wait).toBeGreaterThanOrEqual(keptMs);
      expect(wait).toBeLessThanOrEqual(keptMs + 100);
    }),
  );
});
