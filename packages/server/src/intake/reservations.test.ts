import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reservations } from './reservations.js';

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a key is held by one at a time; others wait', async () => {
  const reservations = new Reservations();
  const order: string[] = [];
  const letGo = await reservations.hold([1, 2]);
  const second = reservations.hold([2, 3]).then((free) => {
    order.push('second');
    return free;
  });
  const unrelated = await reservations.hold([4]);
  await settle();
  expect(order).toEqual([]);
  letGo();
  (await second)();
  expect(order).toEqual(['second']);
  unrelated();
});

test('whoever waits holds nothing', async () => {
  const reservations = new Reservations();
  const first = await reservations.hold([1]);
  const waiting = reservations.hold([1, 2]);
  const other = await reservations.hold([2]);
  first();
  other();
  (await waiting)();
});

test('any number of requests for any keys all have their turn, and never two with one key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(5), { maxLength: 4 }), { maxLength: 20 }), async (requests) => {
      const reservations = new Reservations();
      const held = new Set<number>();
      await Promise.all(
        requests.map(async (request) => {
          const keys = [...new Set(request)];
          const letGo = await reservations.hold(keys);
          for (const key of keys) {
            expect(held.has(key)).toBe(false);
            held.add(key);
          }
          await settle();
          for (const key of keys) held.delete(key);
          letGo();
        }),
      );
      expect(held.size).toBe(0);
    }),
    { numRuns: 60 },
  );
});
