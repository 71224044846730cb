import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allOf, anyOf, type Filter, parseFilter } from '@attestlog/event';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import { eventRow } from '../../ports/conformance/event-rows.js';
import { openChdbStore } from './chdb-store.js';
import { Engine } from './engine.js';
import { pageSql } from './page-sql.js';

const limits = { readSessions: 1, maxReadSeconds: 30, maxReadBytes: 1_000_000_000, maxServerBytes: 2_000_000_000 };

describe('a page by a filter', () => {
  let path: string;
  let engine: Engine;

  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'attestlog-indexes-'));
    const store = await openChdbStore({ ...limits, path });
    const events = Array.from({ length: 5000 }, (_, index) =>
      eventRow({ tenant: 't', index, position: index, id: `e${index}`, time: '2025-10-06T12:54:12Z' }),
    );
    await store.insert(batchOf('rows', events, []));
    await store.close();
    engine = new Engine({ ...limits, path });
    // One of the indexes is made then.
    await engine.write('OPTIMIZE TABLE attestlog.events FINAL');
  });
  afterAll(async () => {
    await engine.close();
    await rm(path, { recursive: true, force: true });
  });

  const filterOf = (text: string) => parseFilter(text).filter as Filter;
  const sealed: Filter = { op: 'sealed', blind: ['A'.repeat(22)] };

  it.each<[string | Filter, string]>([
    ['id:absent', 'by_id'],
    ['actor:(absent,none)', 'by_actor'],
    ['session:absent', 'by_session'],
    ['request_id:absent', 'by_request'],
    ['target:absent', 'by_target'],
    ['absent', 'by_message'],
    ['"absent words"', 'by_message'],
    ['"absent word"*', 'by_message'],
    ['actor:absent -outcome:success metadata.a:>5', 'by_actor'],
    ['any:absent', 'by_word'],
    ['any:"absent words"', 'by_word'],
    ['any:"absent word"*', 'by_word'],
    ['any:absent OR any:none', 'by_word'],
    ['actor.email:absent', 'by_word'],
    ['reason:(absent,none)', 'by_word'],
    ['user_agent:*/absent/*', 'by_word'],
    ['metadata.currency:absent', 'by_word'],
    ['metadata.currency:(absent,none)', 'by_word'],
    ['metadata.currency:absent metadata.amount:>5', 'by_word'],
    [sealed, 'by_blind'],
    [allOf(sealed, filterOf('-outcome:success')), 'by_blind'],
    // What a condition on a field becomes that may be sealed.
    [anyOf(filterOf('actor.email:absent'), sealed), 'by_word'],
    [anyOf(filterOf('actor.email:absent'), sealed), 'by_blind'],
  ])('%j reads nothing of the table but its index %s', async (asked, index) => {
    const filter = typeof asked === 'string' ? filterOf(asked) : asked;
    const { sql, parameters } = pageSql({ tenant: 't', before: 9000, limit: 10, filter });
    const plan = Buffer.from(
      await engine.read(`EXPLAIN indexes = 1 ${sql}`, parameters, { format: 'TSVRaw' }),
    ).toString();
    expect(plan).toContain(`Name: ${index}\n`);
    // Ten blocks of rows, of which the index leaves none.
    expect(plan).toMatch(/Granules: 0\/10/);
  });
});
