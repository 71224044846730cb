import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { LeasedDayCounter, leaseKey } from './leased-day-counter.js';

const KEY = leaseKey('acme', 20_000);
const counterOf = (world: MemoryWorld, limit: number) =>
  new LeasedDayCounter(openMemoryRegistry(world.registry), KEY, limit);

async function drain(counters: LeasedDayCounter[], events: number): Promise<number> {
  let taken = 0;
  for (let open = [...counters]; open.length > 0; ) {
    const results = await Promise.all(open.map((counter) => counter.take(events)));
    taken += results.filter(Boolean).length * events;
    open = open.filter((_, place) => results[place]);
  }
  return taken;
}

test.each([1, 2, 5])(
  '%i processes together take the limit, never more, and leave at most a hundredth',
  async (count) => {
    const world = new MemoryWorld();
    const counters = Array.from({ length: count }, () => counterOf(world, 10_000));
    const taken = await drain(counters, 7);
    expect(taken).toBeLessThanOrEqual(10_000);
    expect(taken).toBeGreaterThanOrEqual(9_900);
  },
);

test('what a process gives back when it stops, others can take', async () => {
  const world = new MemoryWorld();
  const [first, second] = [counterOf(world, 1000), counterOf(world, 1000)];
  expect(await first.take(400)).toBe(true);
  await first.close();
  expect(await second.take(600)).toBe(true);
  expect(await second.take(1)).toBe(false);
});

test('more than the limit is refused and takes nothing', async () => {
  const counter = counterOf(new MemoryWorld(), 100);
  expect(await counter.take(101)).toBe(false);
  expect(await counter.take(100)).toBe(true);
});

test('what is given back can be taken again', async () => {
  const counter = counterOf(new MemoryWorld(), 10);
  expect(await counter.take(10)).toBe(true);
  counter.giveBack(4);
  expect(await counter.take(4)).toBe(true);
  expect(await counter.take(1)).toBe(false);
});

describe('whatever fails, is killed or races', () => {
  test('no more than the limit is taken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 60 }), fc.constantFrom('ok', 'fail', 'fail-after', 'kill')),
          {
            maxLength: 80,
          },
        ),
        fc.integer({ min: 1, max: 1000 }),
        async (steps, limit) => {
          const world = new MemoryWorld();
          let fault: 'fail' | 'fail-after' | undefined;
          const open = () =>
            new LeasedDayCounter(
              withRegistryFaults(openMemoryRegistry(world.registry), new Faults(() => fault)),
              KEY,
              limit,
            );
          const counters = [open(), open(), open()];
          let taken = 0;
          for (const [who, events, how] of steps) {
            if (how === 'kill') counters[who] = open();
            fault = how === 'fail' || how === 'fail-after' ? how : undefined;
            const took = await Promise.resolve(counters[who]!.take(events)).catch(() => false);
            if (took) taken += events;
          }
          expect(taken).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});
