import { expect, test } from 'vitest';
import { describeClock } from '../../ports/conformance/clock-conformance.js';
import { MemoryClock } from './memory-clock.js';

describeClock('memory', () => {
  const clock = new MemoryClock();
  return {
    clock,
    async pass(milliseconds) {
      clock.advance(milliseconds);
    },
  };
});

test('time stands still until it is told to move', async () => {
  const clock = new MemoryClock(1_760_000_000_000_000_000n);
  expect(clock.untilNextWakeMs()).toBeUndefined();
  const sleep = clock.sleep(10);
  clock.advance(4);
  expect(clock.nowNs()).toBe(1_760_000_000_004_000_000n);
  expect(clock.untilNextWakeMs()).toBe(6);
  clock.advance(6);
  await sleep;
  expect(clock.untilNextWakeMs()).toBeUndefined();
});

test('a jump moves the wall clock alone, and wakes nobody', () => {
  const clock = new MemoryClock(5_000n);
  void clock.sleep(1);
  clock.jump(3_600_000_000_000n);
  clock.jump(-3_600_000_001_000n);
  expect(clock.nowNs()).toBe(4_000n);
  expect(clock.monotonicMs()).toBe(0);
  expect(clock.untilNextWakeMs()).toBe(1);
});

test('those of one deadline wake in the order in which they fell asleep', async () => {
  const clock = new MemoryClock();
  const order: string[] = [];
  const sleeps = ['a', 'b', 'c'].map((name) => clock.sleep(5).then(() => order.push(name)));
  clock.advance(5);
  await Promise.all(sleeps);
  expect(order).toEqual(['a', 'b', 'c']);
});
