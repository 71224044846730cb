import { expect, test } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { Pace } from './pace.js';

test('a turn is over after its time, and the next one begins when the loop comes back', async () => {
  const clock = new MemoryClock();
  let yields = 0;
  const yieldToLoop = async () => {
    yields += 1;
    clock.advance(100);
  };
  const pace = new Pace(clock, yieldToLoop, 4);
  expect(pace.isOver).toBe(true);
  await pace.nextTurn();
  expect(pace.isOver).toBe(false);
  clock.advance(3);
  expect(pace.isOver).toBe(false);
  clock.advance(1);
  expect(pace.isOver).toBe(true);
  await pace.nextTurn();
  expect([pace.isOver, yields]).toEqual([false, 2]);
});

test('without any time a turn is over at once', async () => {
  const pace = new Pace(new MemoryClock(), () => Promise.resolve(), 0);
  await pace.nextTurn();
  expect(pace.isOver).toBe(true);
});
