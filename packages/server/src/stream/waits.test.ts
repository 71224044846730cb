import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { Waits } from './waits.js';

let clock: MemoryClock;
let waits: Waits;
let over: string[];

beforeEach(() => {
  clock = new MemoryClock();
  waits = new Waits(clock);
  over = [];
});

function wait(name: string, maxMs: number): () => void {
  let wakes = () => {};
  waits
    .wait(maxMs, (wake) => {
      wakes = wake;
    })
    .then(() => over.push(name));
  return wakes;
}

async function pass(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await nextTurn();
}

it('ends when somebody is woken, or when their time has come', async () => {
  const wake = wait('woken', 10_000);
  wait('short', 1000);
  wait('long', 2000);
  wake();
  await nextTurn();
  expect(over).toEqual(['woken']);
  await pass(500);
  expect(over).toEqual(['woken']);
  await pass(500);
  expect(over).toEqual(['woken', 'short']);
  await pass(500);
  await pass(500);
  expect(over).toEqual(['woken', 'short', 'long']);
});

it('keeps no timer where nobody waits, and has one again', async () => {
  wait('first', 100);
  await pass(500);
  expect(clock.untilNextWakeMs()).toBeUndefined();
  wait('second', 100);
  await pass(500);
  expect(over).toEqual(['first', 'second']);
});
