import { expect, test } from 'vitest';
import { positionAfter } from '../ports/position.js';
import { Progress } from './progress.js';
import { readBarrier } from './read-barrier.js';

test('a read waits for what was acknowledged before it, and for nothing after', async () => {
  const progress = new Progress();
  progress.acknowledge(3);
  const read = readBarrier(progress, 60_000);
  progress.acknowledge(8);
  progress.advance(3);
  expect(await read).toEqual({ before: positionAfter(3), behind: 0 });
});

test('past its bound it says how far behind it is', async () => {
  const progress = new Progress();
  progress.advance(1);
  progress.acknowledge(4);
  expect(await readBarrier(progress, 5)).toEqual({ before: positionAfter(1), behind: 3 });
});

test('it does not wait when that is turned off, nor when there is nothing to wait for', async () => {
  const progress = new Progress();
  progress.acknowledge(4);
  expect(await readBarrier(progress, 0)).toEqual({ before: positionAfter(0), behind: 4 });
  progress.advance(6);
  expect(await readBarrier(progress, 60_000)).toEqual({ before: positionAfter(6), behind: 0 });
});
