import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import { openChdbStore } from './chdb-store.js';
import { Engine } from './engine.js';
import { CREATE_DATABASE, CREATE_EVENTS } from './tables.js';

let path: string;
const options = () => ({ path, readSessions: 1, maxReadSeconds: 10, maxReadBytes: 2 ** 30, maxServerBytes: 2 ** 31 });

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'chdb-shape-'));
});
afterEach(() => rm(path, { recursive: true }));

/** A folder as a version would have left it that makes its tables like this. */
async function folderOf(...statements: string[]): Promise<void> {
  await withEngine(async (engine) => {
    for (const statement of [CREATE_DATABASE, ...statements]) await engine.write(statement);
  });
}

async function withEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = new Engine(options());
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const without = (line: RegExp) => CREATE_EVENTS.replace(line, '');

describe('a folder of another version', () => {
  test.each([
    ['lacks a column', without(/\n *metadata_numbers .*/), /table events .*missing: metadata_numbers\b/],
    ['lacks an index', without(/\n *INDEX by_word .*/), /missing: by_word\)/],
    [
      'has an index of other words',
      CREATE_EVENTS.replace(/(INDEX by_message ).* TYPE/, '$1message TYPE'),
      /other: by_message\)/,
    ],
    [
      'has a column of another type',
      CREATE_EVENTS.replace('leaf_index UInt64', 'leaf_index UInt32'),
      /other: leaf_index\b/,
    ],
    [
      'has a column that this one does not know',
      CREATE_EVENTS.replace('    position ', '    shard UInt8,\n    position '),
      /unknown: shard\)/,
    ],
    [
      'is in another order',
      CREATE_EVENTS.replace('ORDER BY (tenant_id, time, leaf_index)', 'ORDER BY (tenant_id, leaf_index)'),
      /other: the order of the table/,
    ],
  ])('that %s is refused before anything is done to it', async (_what, events, expected) => {
    await folderOf(events);
    const opening = openChdbStore(options());
    await expect(opening).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(expected) });
    await expect(opening).rejects.toThrow(/Nothing was changed\. Start the version that made the folder; or/);
    const tables = await withEngine((engine) =>
      engine.read("SELECT name FROM system.tables WHERE database = 'attestlog'", {}, { format: 'TSV' }),
    );
    expect(Buffer.from(tables).toString()).toBe('events\n');
  });

  test('that is of this version is opened, and has what was in it', async () => {
    const store = await openChdbStore(options());
    const time = '2026-01-01T00:00:00Z';
    const entry = Buffer.from(JSON.stringify({ id: 'a', time, received_at: time, action: 'a.b' }));
    await store.insert(batchOf('insert', [{ tenant: 't', index: 0, position: 1, entry }], []));
    await store.close();
    const again = await openChdbStore(options());
    expect(await again.entries('t', 0, 1)).toHaveLength(1);
    await again.close();
  });

  test('whose first start was interrupted between its tables is opened', async () => {
    await folderOf(CREATE_EVENTS.replace('max_suspicious_broken_parts = 0', 'max_suspicious_broken_parts = 1'));
    await (await openChdbStore(options())).close();
  });
});
