import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nextTimers } from 'node:timers/promises';
import { open } from 'lmdb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chunkKey } from './journal-state.js';
import { openLmdbJournal } from './lmdb-journal.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const corrupt = { kind: 'corrupt' };
let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'journal-'));
  const journal = await openLmdbJournal({ path, maxBytes: 1e6 });
  await journal.append(['a', 'b', 'c', 'd'].map((text) => Buffer.from(text)));
  await journal.close();
});
afterEach(() => rm(path, { recursive: true }));

async function damage(change: (value: Buffer | undefined) => Buffer | undefined, sequence: number): Promise<void> {
  const key = chunkKey(sequence);
  const database = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', overlappingSync: false });
  const value = change(database.getBinary(key));
  await (value ? database.put(key, value) : database.remove(key));
  await database.close();
  // The driver reads from one snapshot until a timer has its turn.
  await nextTimers(2);
}

function flipped(value: Buffer | undefined): Buffer {
  const other = Buffer.from(value!);
  other[other.length - 1]! ^= 1;
  return other;
}

test('a damaged chunk is reported with its sequence and never returned', async () => {
  const journal = await openLmdbJournal({ path, maxBytes: 1e6 });
  await damage(flipped, 2);
  await expect(journal.read(0, EVERYTHING)).rejects.toMatchObject({
    ...corrupt,
    message: 'journal: chunk 2 is damaged',
  });
  expect(await journal.read(2, EVERYTHING)).toHaveLength(2);
  await journal.close();
});

test('a missing chunk is reported, not passed over', async () => {
  const journal = await openLmdbJournal({ path, maxBytes: 1e6 });
  await damage(() => undefined, 3);
  await expect(journal.read(1, EVERYTHING)).rejects.toMatchObject({
    ...corrupt,
    message: 'journal: chunk 3 is missing',
  });
  await journal.close();
});

test.each([1, 4])('a journal does not open when chunk %i is damaged: the message names the file', async (sequence) => {
  await damage(flipped, sequence);
  await expect(openLmdbJournal({ path, maxBytes: 1e6 })).rejects.toMatchObject({
    ...corrupt,
    message: expect.stringContaining(join(path, 'data.mdb')),
  });
});
