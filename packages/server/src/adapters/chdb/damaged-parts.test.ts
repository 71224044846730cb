import { cp, mkdtemp, open, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import type { EventStore } from '../../ports/store.js';
import { openChdbStore } from './chdb-store.js';
import { Engine } from './engine.js';

const TIME = '2026-01-01T00:00:00Z';
let path: string;
const options = () => ({ path, readSessions: 1, maxReadSeconds: 10, maxReadBytes: 2 ** 30, maxServerBytes: 2 ** 31 });

/** Folders of the parts of `events`, by their names. */
async function partFolders(): Promise<Map<string, string>> {
  const names = await readdir(join(path, 'store'), { recursive: true });
  const parts = names.filter((name) => /\/202601_\d+_\d+_\d+$/.test(name));
  return new Map(parts.map((name) => [name.slice(name.lastIndexOf('/') + 1), join(path, 'store', name)]));
}

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'chdb-damage-'));
  const store = await openChdbStore(options());
  for (const index of [0, 1, 2]) {
    const entry = Buffer.from(JSON.stringify({ id: `id-${index}`, time: TIME, received_at: TIME, action: 'a.b' }));
    const events = [{ tenant: 'alpha', index, position: index + 1, entry }];
    await store.insert(batchOf(`insert-${index}`, events, []));
  }
  await store.close();
  const engine = new Engine(options());
  await engine.write('OPTIMIZE TABLE attestlog.events FINAL');
  await engine.close();
});
afterAll(() => rm(path, { recursive: true }));

test('a damaged part whose rows were merged into another is missed by nobody', async () => {
  const merged = (await partFolders()).get('202601_1_1_0')!;
  await truncate(join(merged, 'primary.cidx'), 20);
  const store = await openChdbStore(options());
  await store.check();
  expect(await store.entries('alpha', 0, 3)).toHaveLength(3);
  await store.close();
});

test('a damaged part that holds rows of its own is named', async () => {
  const folder = (await partFolders()).get('202601_1_3_1')!;
  const aside = join(dirname(folder), 'detached', 'broken-on-start_202601_9_9_0');
  await cp(folder, aside, { recursive: true });
  await expect(openChdbStore(options())).rejects.toMatchObject({
    kind: 'corrupt',
    message: expect.stringContaining('events broken-on-start_202601_9_9_0'),
  });
  await rm(aside, { recursive: true });
});

describe('bytes of a part that were changed', () => {
  beforeAll(async () => {
    const folder = (await partFolders()).get('202601_1_3_1')!;
    const file = await open(join(folder, 'data.bin'), 'r+');
    // In every column of this small part.
    const { size } = await file.stat();
    for (let at = 60; at < size; at += 60) await file.write(Buffer.from([0xff]), 0, 1, at);
    await file.close();
  });

  const readers: [string, (store: EventStore) => Promise<unknown>][] = [
    ['reads entries', (store) => store.entries('alpha', 0, 3)],
    [
      'has them streamed',
      async (store) => {
        for await (const ids of store.idsReceivedSince(0n, 1000)) expect(ids).toBeDefined();
      },
    ],
  ];
  test.each(readers)('are found by whoever %s, and by every check from then on', async (_how, read) => {
    const store = await openChdbStore(options());
    await expect(read(store)).rejects.toMatchObject({ kind: 'corrupt' });
    await expect(store.check()).rejects.toMatchObject({ kind: 'corrupt' });
    await store.close();
  });
});
