import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isPortFailure } from '../../ports/failure.js';
import { openLmdbJournal } from './lmdb-journal.js';
import { openLmdbRegistry } from './lmdb-registry.js';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'lmdb-'));
});
afterEach(() => rm(path, { recursive: true }));

/** Lets files of this process grow up to so many bytes; beyond that writes fail or come out short, as on a full disk. */
function limitFileSize(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

async function failureOf(operation: Promise<unknown>) {
  const error: unknown = await operation.catch((reason: unknown) => reason);
  if (!isPortFailure(error)) throw new Error('it did not fail', { cause: error });
  return error.kind;
}

const isLinux = process.platform === 'linux';

test.skipIf(!isLinux)('a journal whose disk is full goes on when there is room again (needs prlimit)', async () => {
  let journal = await openLmdbJournal({ path, maxBytes: 1e8 });
  const kept = await journal.append([Buffer.from('kept')]);
  limitFileSize((await stat(join(path, 'data.mdb'))).size + 100_000);
  try {
    const calls = Array.from({ length: 5 }, () => journal.append([1, 2, 3].map((byte) => Buffer.alloc(50_000, byte))));
    for (const call of calls) expect(['full', 'unavailable']).toContain(await failureOf(call));
    expect(['full', 'unavailable']).toContain(await failureOf(journal.append([Buffer.alloc(900_000)])));
    // What is there can be read meanwhile, and nothing of a failed call is.
    expect((await journal.read(0, 1e9)).map(({ sequence }) => sequence)).toEqual(kept);
    expect((await journal.extent()).heldBytes).toBe(4);
  } finally {
    limitFileSize('unlimited');
  }
  const [next = 0] = await journal.append([Buffer.alloc(900_000, 7)]);
  expect(next).toBeGreaterThan(kept[0]!);
  await journal.close();
  journal = await openLmdbJournal({ path, maxBytes: 1e8 });
  expect((await journal.read(0, 1e9)).map(({ bytes }) => bytes.length)).toEqual([4, 900_000]);
  await journal.close();
});

test.skipIf(!isLinux)('a registry whose disk is full goes on when there is room again (needs prlimit)', async () => {
  let registry = await openLmdbRegistry({ path });
  const first = await registry.put('a', 'kept', 0);
  const large = 'x'.repeat(400_000);
  limitFileSize((await stat(join(path, 'data.mdb'))).size + 100_000);
  try {
    expect(['full', 'unavailable']).toContain(await failureOf(registry.put('a', large, first)));
    const writes = ['b', 'c'].map((key) => ({ key, value: large, expectedRevision: 0 }));
    expect(['full', 'unavailable']).toContain(await failureOf(registry.putMany(writes)));
    expect(await registry.list('', { limit: 9 })).toEqual([{ key: 'a', value: 'kept', revision: first }]);
  } finally {
    limitFileSize('unlimited');
  }
  const second = await registry.put('a', large, first);
  await registry.close();
  registry = await openLmdbRegistry({ path });
  expect(await registry.get('a')).toEqual({ key: 'a', value: large, revision: second });
  await registry.close();
});

test('a map that is too small for what is written grows', async () => {
  const journal = await openLmdbJournal({ path, maxBytes: 1e8, mapSizeBytes: 128 * 1024 });
  for (let count = 0; count < 20; count += 1) await journal.append([Buffer.alloc(500_000, count)]);
  const chunks = await journal.read(0, 1e9);
  expect(chunks.map(({ bytes }) => bytes[499_999])).toEqual(Array.from({ length: 20 }, (_, count) => count));
  await journal.close();
});
