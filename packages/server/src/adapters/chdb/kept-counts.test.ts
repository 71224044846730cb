import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Filter, parseFilter } from '@attestlog/event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Aggregation, Measure } from '../../ports/aggregation.js';
import { batchOf, type EventRow } from '../../ports/batch-columns.js';
import type { EventStore } from '../../ports/store.js';
import { MemoryStoreState } from '../memory/memory-rows.js';
import { openMemoryStore } from '../memory/memory-store.js';
import { aggregateSql } from './aggregate-sql.js';
import { openChdbStore } from './chdb-store.js';
import { countsFor } from './counted-rows.js';
import { Engine } from './engine.js';

const limits = { readSessions: 1, maxReadSeconds: 60, maxReadBytes: 2_000_000_000, maxServerBytes: 3_000_000_000 };
const HOUR = 3_600_000_000_000n;
const DAY = 24n * HOUR;
/** 2025-10-06T00:00:00Z. */
const MIDNIGHT = 1_759_708_800_000_000_000n;
const EVENTS = 600;
/** Several inserts make several parts. */
const BATCHES = 4;

const values = { action: ['order.read', 'order.approve', 'user.delete'], outcome: ['success', 'failure', 'denied'] };
/** On the hour and beside it, over days; and before 1970. */
const time = fc.oneof(
  { weight: 9, arbitrary: fc.bigInt({ min: -3n, max: 3n }).map((hours) => MIDNIGHT + hours * 9n * HOUR) },
  { weight: 9, arbitrary: fc.bigInt({ min: -2n * DAY, max: 2n * DAY }).map((offset) => MIDNIGHT + offset) },
  { weight: 1, arbitrary: fc.bigInt({ min: -3n * HOUR, max: 3n * HOUR }) },
);
const event = fc.record(
  {
    action: fc.constantFrom(...values.action),
    category: fc.constantFrom('sales', 'security'),
    outcome: fc.constantFrom(...values.outcome),
    severity: fc.constantFrom('info', 'warning'),
    operation: fc.constantFrom('read', 'delete'),
    actor: fc.record({ id: fc.constantFrom('u1', 'u2', 'u3', '{"$sealed":"s"}'), type: fc.constant('user') }),
    time: time.map(textOf),
  },
  { requiredKeys: ['action', 'time'] },
);

function textOf(ns: bigint): string {
  const seconds = ns / 1_000_000_000n - (ns % 1_000_000_000n < 0n ? 1n : 0n);
  const rest = String(ns - seconds * 1_000_000_000n).padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${rest}Z`;
}

function rowOf(fields: object, index: number): EventRow {
  const entry = { id: `e${index}`, received_at: '2025-10-06T12:00:00Z', ...fields };
  return { tenant: 't', index, position: index, entry: new TextEncoder().encode(JSON.stringify(entry)) };
}

const kind = fc.constantFrom('action', 'outcome', 'category', 'severity', 'operation');
const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.constantFrom<Measure>({ kind: 'count' }, { kind: 'bytes' }),
  kind.map((field): Measure => ({ kind: 'count', field })),
  kind.map((field): Measure => ({ kind: 'top', field, k: 2 })),
);
const ofKinds = fc.record({
  groupBy: fc.uniqueArray(kind, { maxLength: 2 }),
  measures: fc.array(measure, { minLength: 1, maxLength: 3 }),
  filter: fc.constantFrom('', 'outcome:failure', 'action:order.* -severity:info', 'outcome:denied OR category:sales'),
});
const ofActors = fc.record({
  groupBy: fc.constantFrom<string[]>(['actor.id'], []),
  measures: fc.constant<Measure[]>([
    { kind: 'count' },
    { kind: 'count', field: 'actor.id' },
    { kind: 'top', field: 'actor.id', k: 2 },
  ]),
  filter: fc.constantFrom('', 'actor:u1', '-actor:u*'),
});
const end = fc.oneof(
  fc.bigInt({ min: -3n, max: 3n }).map((days) => MIDNIGHT + days * DAY),
  fc.bigInt({ min: -50n, max: 50n }).map((hours) => MIDNIGHT + hours * HOUR),
  fc.bigInt({ min: -2n * DAY, max: 2n * DAY }).map((offset) => MIDNIGHT + offset),
);
const range = fc.tuple(end, end).map(([a, b]) => (a < b ? { fromNs: a, toNs: b } : { fromNs: b, toNs: a }));

/** Stretches of hours or days that begin at or before the range, or of a length that no counts are kept by. */
const divided = fc
  .tuple(range, fc.constantFrom(HOUR, 2n * HOUR, DAY, DAY, HOUR / 2n))
  .map(([{ fromNs, toNs }, length]) => {
    const first = fromNs - (fromNs % length);
    const count = Number((toNs - first) / length) + 1;
    return {
      fromNs,
      toNs,
      bucketStartsNs: Array.from({ length: count }, (_, place) => first + BigInt(place) * length),
    };
  });

const aggregation = fc
  .record({
    what: fc.oneof(ofKinds, ofActors),
    which: fc.oneof(
      divided,
      range,
      fc.constant({}),
      end.map((toNs) => ({ toNs })),
      end.map((fromNs) => ({ fromNs })),
    ),
    before: fc.constantFrom(0, 100, EVENTS / 2, EVENTS - 1, EVENTS, EVENTS + 10),
    limit: fc.constantFrom(2, 1000),
    atLeast: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    descending: fc.boolean(),
  })
  .map(({ what: { filter, measures, groupBy }, which, atLeast, descending, ...rest }): Aggregation => {
    const place = measures.findIndex(({ kind }) => kind === 'count');
    return {
      tenant: 't',
      ...rest,
      ...which,
      groupBy,
      measures,
      filter: parseFilter(filter).filter as Filter,
      having: atLeast === undefined || place < 0 ? [] : [{ measure: place, gte: atLeast }],
      order: place < 0 ? { descending } : { measure: place, descending },
    };
  });

describe('counts that are kept beside the events', () => {
  let path: string;
  let store: EventStore;
  let inMemory: EventStore;
  let events: EventRow[];

  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'attestlog-counts-'));
    store = await openChdbStore({ ...limits, path });
    inMemory = openMemoryStore(new MemoryStoreState());
    events = fc.sample(event, { numRuns: EVENTS, seed: 7 }).map(rowOf);
    const length = EVENTS / BATCHES;
    for (let batch = 0; batch < BATCHES; batch++) {
      const rows = events.slice(batch * length, (batch + 1) * length);
      for (const one of [store, inMemory]) await one.insert(batchOf(`events-${batch}`, rows, []));
    }
  });
  afterAll(async () => {
    await store.close();
    await rm(path, { recursive: true, force: true });
  });

  it('come to what the events come to, at every committed position', async () => {
    let counted = 0;
    await fc.assert(
      fc.asyncProperty(aggregation, async (query) => {
        expect(await store.aggregate(query)).toEqual(await inMemory.aggregate(query));
        if (countsFor(query, query.groupBy) !== undefined) counted += 1;
      }),
      { numRuns: 60 },
    );
    // Otherwise the test would say nothing of them.
    expect(counted).toBeGreaterThan(20);
  });

  it('are counted once when a batch is written again', async () => {
    const query: Aggregation = {
      ...{ tenant: 't', before: EVENTS, groupBy: ['outcome'], measures: [{ kind: 'count' }], having: [] },
      ...{ order: { descending: false }, limit: 10 },
    };
    const before = await store.aggregate(query);
    await store.insert(batchOf('events-0', events.slice(0, EVENTS / BATCHES), []));
    expect(await store.aggregate(query)).toEqual(before);
  });

  it('are what the engine reads', async () => {
    await store.close();
    const engine = new Engine({ ...limits, path });
    const planOf = async (query: Partial<Aggregation>) => {
      const { groups, parameters } = aggregateSql({
        ...{ tenant: 't', before: EVENTS, groupBy: [], measures: [{ kind: 'count' }], having: [] },
        ...{ order: { descending: false }, limit: 10, fromNs: MIDNIGHT },
        ...query,
      });
      return Buffer.from(await engine.read(`EXPLAIN ${groups}`, parameters, { format: 'TSVRaw' })).toString();
    };
    try {
      expect(await planOf({})).toContain('ReadFromMergeTree (kinds_by_hour)');
      expect(await planOf({ groupBy: ['action', 'outcome'] })).toContain('ReadFromMergeTree (kinds_by_hour)');
      const filter = parseFilter('outcome:failure action:order.*').filter as Filter;
      expect(await planOf({ filter })).toContain('ReadFromMergeTree (kinds_by_hour)');
      expect(await planOf({ measures: [{ kind: 'bytes' }] })).toContain('ReadFromMergeTree (kinds_by_hour)');
      expect(await planOf({ groupBy: ['actor.id'] })).toContain('ReadFromMergeTree (actors_by_day)');
      expect(await planOf({ groupBy: ['actor.id', 'action'] })).not.toContain('_by_');
    } finally {
      await engine.close();
      store = await openChdbStore({ ...limits, path });
    }
  });
});
