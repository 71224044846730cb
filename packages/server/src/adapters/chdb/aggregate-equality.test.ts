import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitEvent, canonicalJson, type Filter, findField, formatNs, isField } from '@attestlog/event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyCondition, anyFilter } from '../../../../event/testing/filter-arbitraries.js';
import { sealEntry, searchedEvent } from '../../../../event/testing/searched-events.js';
import type { Aggregate, Aggregation, Measure } from '../../ports/aggregation.js';
import { batchOf, type EventRow } from '../../ports/batch-columns.js';
import type { EventStore } from '../../ports/store.js';
import { MemoryStoreState } from '../memory/memory-rows.js';
import { openMemoryStore } from '../memory/memory-store.js';
import { openChdbStore } from './chdb-store.js';

/** Two stores make the same of the same events: random events, and random aggregations over random selections of them. */
const EVENTS = 200;
const receivedAtNs = 1_759_755_252_025_979_644n;
const SECOND = 1_000_000_000n;
/** Around the moments that many of the events have. */
const MOMENT = 1_759_755_252n * SECOND;

function rowOf(event: unknown, index: number): EventRow {
  const admitted = admitEvent(event, {
    receivedAt: formatNs(receivedAtNs + BigInt(index % 7)),
    receivedAtNs,
    newId: () => `e${index}`,
    maxFutureSkewMs: Number.POSITIVE_INFINITY,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  });
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
  const entry = sealEntry(JSON.parse(Buffer.from(admitted.entry).toString()));
  return { tenant: 't', index, position: index, entry: new TextEncoder().encode(canonicalJson(entry)) };
}

/** Fields with texts: no time, and nothing that stands for many fields. */
const field = fc.oneof(
  fc.constantFrom('action', 'outcome', 'targets.id', 'targets.type', 'targets.name', 'source.ip', 'file.size'),
  anyCondition.map((condition) => (condition as { field: string }).field),
);
const textField = field.filter((name) => {
  const found = findField(name);
  return isField(found) && found.field.type !== 'time' && found.field.type !== 'entry';
});
const numberField = fc.oneof(
  fc.constantFrom('file.size', 'retention_days'),
  fc.constantFrom('metadata.a', 'metadata.b', 'request.a'),
  textField.filter((name) => /^(?:metadata|request|response|changes)\b/.test(name)),
);
const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.constantFrom<Measure>({ kind: 'count' }, { kind: 'bytes' }),
  textField.map((name): Measure => ({ kind: 'count', field: name })),
  textField.map((name): Measure => ({ kind: 'distinct', field: name })),
  fc.record({ kind: fc.constantFrom('sum', 'min', 'max', 'avg'), field: numberField }) as fc.Arbitrary<Measure>,
  fc.record({
    kind: fc.constantFrom('min', 'max'),
    field: fc.constantFrom('time', 'received_at'),
  }) as fc.Arbitrary<Measure>,
  fc.record({
    kind: fc.constant('percentile'),
    field: numberField,
    p: fc.constantFrom(0, 50, 99.9, 100),
  }) as fc.Arbitrary<Measure>,
  fc.record({ kind: fc.constant('top'), field: textField, k: fc.integer({ min: 1, max: 5 }) }) as fc.Arbitrary<Measure>,
  fc.record({ kind: fc.constant('closest'), events: fc.integer({ min: 1, max: 4 }) }) as fc.Arbitrary<Measure>,
  fc.record({
    kind: fc.constant('closest-values'),
    field: textField,
    values: fc.integer({ min: 2, max: 4 }),
  }) as fc.Arbitrary<Measure>,
);

const starts = fc.oneof(
  // Of one length, and not; the last one is open.
  fc.integer({ min: 1, max: 5 }).map((count) => Array.from({ length: count }, (_, n) => MOMENT + BigInt(n) * SECOND)),
  fc
    .uniqueArray(fc.bigInt({ min: -SECOND, max: SECOND }), { minLength: 1, maxLength: 6 })
    .map((list) => list.map((offset) => MOMENT + offset).sort((a, b) => (a < b ? -1 : 1))),
);

const aggregation = fc
  .record({
    groupBy: fc.uniqueArray(textField, { maxLength: 2 }),
    measures: fc.array(measure, { minLength: 3, maxLength: 6 }),
    bucketStartsNs: fc.option(starts, { nil: undefined }),
    filter: fc.oneof(fc.constant<Filter>({ op: 'always' }), anyFilter),
    limit: fc.constantFrom(1, 3, 1000),
    descending: fc.boolean(),
    atLeast: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  })
  .map(({ atLeast, descending, measures, bucketStartsNs, ...rest }): Aggregation => {
    const rankable = measures.findIndex(({ kind }) => kind === 'count' || kind === 'distinct' || kind === 'min');
    return {
      ...rest,
      measures,
      tenant: 't',
      before: EVENTS - 5,
      having: atLeast === undefined || rankable < 0 ? [] : [{ measure: rankable, gte: atLeast }],
      order: rankable < 0 ? { descending } : { measure: rankable, descending },
      ...(bucketStartsNs === undefined ? {} : { bucketStartsNs, fromNs: bucketStartsNs[0]! }),
    };
  });

/** Of large numbers of both signs, a sum hangs on the order in which they are added. */
const SUM_TOLERANCE = 64;
const INEXACT = new Set(['sum', 'avg', 'percentile']);

function expectEqual(given: Aggregate, expected: Aggregate, { measures }: Aggregation): void {
  const rounded = (one: Aggregate, other: Aggregate) => ({
    truncated: one.truncated,
    rows: one.rows.map(({ group, bucket, measures: values }, row) => ({
      group,
      bucket,
      values: values.map((value, place) => {
        const beside = other.rows[row]?.measures[place];
        const isNear = INEXACT.has(measures[place]!.kind) && Math.abs(Number(value) - Number(beside)) <= SUM_TOLERANCE;
        return isNear && value !== null && beside !== null ? beside : value;
      }),
    })),
  });
  expect(rounded(given, expected)).toEqual(rounded(expected, expected));
}

/** One that has every measure, of which groups that are sure to differ are made. */
const whole: Aggregation = {
  tenant: 't',
  before: EVENTS,
  groupBy: ['action'],
  measures: [
    { kind: 'count' },
    { kind: 'count', field: 'outcome' },
    { kind: 'bytes' },
    { kind: 'distinct', field: 'metadata.a' },
    { kind: 'sum', field: 'file.size' },
    { kind: 'min', field: 'metadata.a' },
    { kind: 'max', field: 'time' },
    { kind: 'avg', field: 'file.size' },
    { kind: 'percentile', field: 'metadata.b', p: 95 },
    { kind: 'top', field: 'targets.id', k: 3 },
    { kind: 'closest', events: 4 },
    { kind: 'closest-values', field: 'targets.id', values: 3 },
  ],
  having: [],
  order: { measure: 0, descending: true },
  limit: 3,
};

describe('an aggregation', () => {
  let store: EventStore;
  let inMemory: EventStore;
  let path: string;

  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'attestlog-aggregates-'));
    store = await openChdbStore({
      path,
      readSessions: 2,
      maxReadSeconds: 60,
      maxReadBytes: 2_000_000_000,
      maxServerBytes: 3_000_000_000,
    });
    inMemory = openMemoryStore(new MemoryStoreState());
    // The same each time: that the examples tell the groups of these apart must not hang on luck.
    const events = fc.sample(searchedEvent, { numRuns: EVENTS, seed: 15 }).map(rowOf);
    for (const one of [store, inMemory]) await one.insert(batchOf('events', events, []));
  });
  afterAll(async () => {
    await store.close();
    await rm(path, { recursive: true, force: true });
  });

  it('comes to the same in the engine as in memory', async () => {
    const telling = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(aggregation, async (query) => {
        const [inEngine, expected] = [await store.aggregate(query), await inMemory.aggregate(query)];
        expectEqual(inEngine, expected, query);
        for (const [place, { kind }] of query.measures.entries()) {
          const values = new Set(expected.rows.map(({ measures }) => JSON.stringify(measures[place], bigintText)));
          if (values.size > 1) telling.set(kind, (telling.get(kind) ?? 0) + 1);
        }
        if (query.groupBy.length > 0 && expected.truncated) telling.set('limit', (telling.get('limit') ?? 0) + 1);
      }),
      { numRuns: 30, examples: [[whole], [{ ...whole, groupBy: ['targets.type', 'metadata.b'] }]] },
    );
    // Enough of each kind tell groups apart, or the test would say nothing.
    const kinds = [
      'count',
      'bytes',
      'distinct',
      'sum',
      'min',
      'max',
      'avg',
      'percentile',
      'top',
      'closest',
      'closest-values',
      'limit',
    ];
    for (const kind of kinds) expect(telling.get(kind), kind).toBeGreaterThan(0);
  });
});

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
