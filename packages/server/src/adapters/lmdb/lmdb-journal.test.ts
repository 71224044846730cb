import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeJournal } from '../../ports/conformance/journal-conformance.js';
import { openLmdbJournal } from './lmdb-journal.js';

describeJournal('LMDB', async ({ maxBytes }) => {
  const path = await mkdtemp(join(tmpdir(), 'journal-'));
  let journal = await openLmdbJournal({ path, maxBytes });
  return {
    journal,
    async reopen() {
      await journal.close();
      journal = await openLmdbJournal({ path, maxBytes });
      return journal;
    },
    async dispose() {
      await journal.close();
      await rm(path, { recursive: true });
    },
  };
});

test('calls beyond the limit of the queue fail with full, and the queue drains', async () => {
  const path = await mkdtemp(join(tmpdir(), 'journal-'));
  const journal = await openLmdbJournal({ path, maxBytes: 1e6, maxQueuedBytes: 100 });
  const calls = Array.from({ length: 5 }, () => journal.append([new Uint8Array(40)]));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map(({ status }) => status).filter((status) => status === 'fulfilled')).toHaveLength(2);
  for (const outcome of outcomes.slice(2)) expect(outcome).toMatchObject({ reason: { kind: 'full' } });
  // Alone, a call may be larger than the queue.
  expect(await journal.append([new Uint8Array(500)])).toEqual([3]);
  await journal.close();
  await rm(path, { recursive: true });
});
