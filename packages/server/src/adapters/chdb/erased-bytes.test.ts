import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSealedItems } from '@attestlog/event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import { eventRow } from '../../ports/conformance/event-rows.js';
import { sampleTag } from '../../ports/conformance/sealed-samples.js';
import { openChdbStore } from './chdb-store.js';
import { Engine } from './engine.js';
import { RowBinaryReader } from './row-binary.js';

const TENANT = 'acme';
const ROWS = 5000;
let path: string;
const options = () => ({ path, readSessions: 1, maxReadSeconds: 30, maxReadBytes: 2 ** 30, maxServerBytes: 2 ** 31 });

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'attestlog-erased-bytes-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

async function numberOf(engine: Engine, sql: string, parameters = {}): Promise<number> {
  return new RowBinaryReader(await engine.read(sql, { tenant: TENANT, ...parameters })).uint64();
}

/** Rows of which any column holds a text. */
const rowsWith = (engine: Engine, text: string) =>
  numberOf(engine, 'SELECT count() FROM attestlog.events WHERE position(toString(tuple(*)), {text:String}) > 0', {
    text,
  });
test('after an erasure no column of any part that is in use holds the ciphertext, the tag or a blind index', async () => {
  const store = await openChdbStore(options());
  const [tag, other] = [sampleTag(1), sampleTag(2)];
  const [blind, box] = ['blind-index-of-a-value', 'the-ciphertext-of-a-value'.repeat(3)];
  const sealed = (of: string, ...[b, v]: [string, string]) =>
    formatSealedItems([{ f: ['/actor/name'], s: of, k: 1, b: [b], v }]);
  const rows = Array.from({ length: ROWS }, (_, index) =>
    eventRow({
      tenant: TENANT,
      index,
      position: index,
      id: `e${index}`,
      time: '2025-10-06T12:54:12Z',
      sealed: index % 10 === 0 ? sealed(tag, blind, box) : sealed(other, 'o'.repeat(22), 'o'.repeat(60)),
    }),
  );
  await store.insert(batchOf('events', rows, []));
  const engine = new Engine(options());
  try {
    for (const text of [tag, blind, box]) expect(await rowsWith(engine, text)).toBe(ROWS / 10);
    await store.eraseSealed(TENANT, [{ subject: tag, through: 1 }], 'id-1');
    for (const text of [tag, blind, box]) expect(await rowsWith(engine, text)).toBe(0);
    expect(await rowsWith(engine, other)).toBe(ROWS - ROWS / 10);
  } finally {
    await engine.close();
    await store.close();
  }
});
