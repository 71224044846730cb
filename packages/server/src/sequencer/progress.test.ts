import { expect, test } from 'vitest';
import { positionAfter } from '../ports/position.js';
import { Progress } from './progress.js';

const never = new AbortController().signal;

test('goes forward only', () => {
  const progress = new Progress();
  progress.advance(5);
  progress.advance(3);
  expect([progress.sealedThrough, progress.sealedBefore]).toEqual([5, positionAfter(5)]);
  progress.acknowledge(9);
  progress.acknowledge(7);
  expect(progress.acknowledgedThrough).toBe(9);
});

test('wakes those whose chunk is sealed, and nobody else', async () => {
  const progress = new Progress();
  const sealed: number[] = [];
  const waits = [3, 1, 2].map((sequence) => progress.waitFor(sequence, never).then(() => sealed.push(sequence)));
  progress.advance(2);
  await Promise.all(waits.slice(1));
  expect([sealed, progress.awaited]).toEqual([[1, 2], true]);
  progress.advance(10);
  await waits[0];
  expect([sealed, progress.awaited]).toEqual([[1, 2, 3], false]);
});

test('waits for nothing that is sealed, nor for an aborted signal', async () => {
  const progress = new Progress();
  progress.advance(5);
  expect(await progress.waitFor(5, AbortSignal.abort())).toBe(true);
  expect(await progress.waitFor(6, AbortSignal.abort())).toBe(false);
  expect(progress.awaited).toBe(false);
});

test('whoever gives up is told so and forgotten', async () => {
  const progress = new Progress();
  const giveUp = new AbortController();
  const given = progress.waitFor(1, giveUp.signal);
  const patient = progress.waitFor(1, never);
  giveUp.abort();
  expect(await given).toBe(false);
  expect(progress.awaited).toBe(true);
  progress.advance(1);
  expect(await patient).toBe(true);
  giveUp.abort();
});

test('says that somebody waits to whoever asked last', () => {
  const progress = new Progress();
  const woken: string[] = [];
  progress.onHurry(() => woken.push('first'));
  progress.onHurry(() => woken.push('second'));
  void progress.waitFor(1, never);
  expect(woken).toEqual(['second']);
});
