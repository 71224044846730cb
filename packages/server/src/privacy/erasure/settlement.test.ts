import { expect, test } from 'vitest';
import { MemoryClock } from '../../adapters/memory/memory-clock.js';
import { Progress } from '../../sequencer/progress.js';
import { settled } from './settlement.js';

const nothingUnderWay = async () => undefined;

test('nothing is settled before the time of grace is over and everything that was accepted by then is sealed', async () => {
  const clock = new MemoryClock();
  const progress = new Progress();
  progress.acknowledge(3);
  let isSettled = false;
  const settling = settled({
    progress,
    clock,
    graceMs: 2000,
    intakeSettled: nothingUnderWay,
    timeoutMs: 60_000,
  }).then(() => {
    isSettled = true;
  });
  progress.advance(3);
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  progress.acknowledge(5);
  clock.advance(2000);
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  progress.advance(5);
  await settling;
});

test('what is not sealed in time is told', async () => {
  const progress = new Progress();
  progress.acknowledge(1);
  const clock = new MemoryClock();
  const late = settled({ progress, clock, graceMs: 1, intakeSettled: nothingUnderWay, timeoutMs: 20 });
  clock.advance(1);
  await expect(late).rejects.toMatchObject({ code: 'seal-timeout' });
});

test('what is being taken in is waited for, and then for its sealing', async () => {
  const progress = new Progress();
  let finish = () => {};
  const underWay = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let isSettled = false;
  const parts = { progress, clock: new MemoryClock(), graceMs: 0, intakeSettled: () => underWay, timeoutMs: 60_000 };
  const settling = settled(parts).then(() => {
    isSettled = true;
  });
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  progress.acknowledge(7);
  finish();
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  progress.advance(7);
  await settling;
});
