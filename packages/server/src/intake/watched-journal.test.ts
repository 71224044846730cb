import { expect, test } from 'vitest';
import type { Clock } from '../ports/clock.js';
import { PortFailure } from '../ports/failure.js';
import type { Journal } from '../ports/journal.js';
import { WatchedJournal } from './watched-journal.js';

test('a failed append is trouble until one succeeds, or for a while', async () => {
  let now = 0;
  let full = false;
  const append = async () => {
    if (full) throw new PortFailure('full', 'the disk is full');
    return [1];
  };
  const watched = new WatchedJournal({ append } as unknown as Journal, { monotonicMs: () => now } as unknown as Clock);
  expect(watched.trouble).toBeUndefined();
  full = true;
  await expect(watched.append([])).rejects.toMatchObject({ kind: 'full' });
  expect(watched.trouble).toBe('the last write failed: the disk is full');
  full = false;
  await watched.append([]);
  expect(watched.trouble).toBeUndefined();
  full = true;
  await expect(watched.append([])).rejects.toMatchObject({ kind: 'full' });
  now += 60_000;
  expect(watched.trouble, 'whether it still fails nobody knows').toBeUndefined();
});
