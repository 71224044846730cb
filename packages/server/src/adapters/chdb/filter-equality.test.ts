import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  admitEvent,
  allOf,
  anyOf,
  canonicalJson,
  compileFilter,
  type Filter,
  filterBounds,
  formatNs,
  negate,
  parseFilter,
  printFilter,
} from '@attestlog/event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  anyCondition,
  anyFilter,
  anyResolvedFilter,
  concealedCondition,
  sealedCondition,
} from '../../../../event/testing/filter-arbitraries.js';
import { sealedBeside } from '../../../../event/testing/sealed-beside.js';
import { sealEntry, searchedEvent } from '../../../../event/testing/searched-events.js';
import { batchOf, type EventRow } from '../../ports/batch-columns.js';
import type { EventStore } from '../../ports/store.js';
import { openChdbStore } from './chdb-store.js';
import { Engine, type EngineOptions } from './engine.js';
import { CREATE_DATABASE, CREATE_EVENTS } from './tables.js';

/** The two readers of a filter see the same events: random events in one table, random filters over all of them. */
const EVENTS = 400;
const receivedAtNs = 1_759_755_252_025_979_644n;

function rowOf([event, sealed]: [unknown, string | undefined], index: number): EventRow {
  const admitted = admitEvent(event, {
    receivedAt: formatNs(receivedAtNs),
    receivedAtNs,
    newId: () => `e${index}`,
    maxFutureSkewMs: Number.POSITIVE_INFINITY,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  });
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
  const entry = sealEntry(JSON.parse(Buffer.from(admitted.entry).toString()));
  const row = { tenant: 't', index, position: index, entry: new TextEncoder().encode(canonicalJson(entry)) };
  return sealed === undefined ? row : { ...row, sealed };
}

/** An index leaves out blocks of rows: the smaller they are, the surer is one seen that is left out wrongly. */
async function createSmallGranules(options: EngineOptions): Promise<void> {
  const engine = new Engine(options);
  for (const table of [CREATE_DATABASE, CREATE_EVENTS]) {
    await engine.write(table.replace('index_granularity = 512', 'index_granularity = 8'));
  }
  await engine.close();
}

/** One of the indexes is made then. */
async function mergeParts(options: EngineOptions): Promise<void> {
  const engine = new Engine(options);
  await engine.write('OPTIMIZE TABLE attestlog.events FINAL');
  await engine.close();
}

describe('a filter', () => {
  let store: EventStore;
  let path: string;
  let entries: { entry: unknown; sealed: string | undefined }[];

  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'attestlog-filters-'));
    const options = {
      path,
      readSessions: 2,
      maxReadSeconds: 60,
      maxReadBytes: 2_000_000_000,
      maxServerBytes: 3_000_000_000,
    };
    await createSmallGranules(options);
    store = await openChdbStore(options);
    const events = fc.sample(fc.tuple(searchedEvent, sealedBeside), { numRuns: EVENTS }).map(rowOf);
    entries = events.map(({ entry, sealed }) => ({ entry: JSON.parse(Buffer.from(entry).toString()), sealed }));
    await store.insert(batchOf('events', events, []));
    await store.close();
    await mergeParts(options);
    store = await openChdbStore(options);
  });
  afterAll(async () => {
    await store.close();
    await rm(path, { recursive: true, force: true });
  });

  async function foundBoth(filter: Filter): Promise<[store: number[], predicate: number[]]> {
    const page = await store.page({ tenant: 't', before: EVENTS, filter, limit: EVENTS });
    const fits = compileFilter(filter);
    return [
      page.map(({ index }) => index).sort((a, b) => a - b),
      entries.flatMap(({ entry, sealed }, index) => (fits(entry, sealed) ? [index] : [])),
    ];
  }

  it('finds the same events in the store as in the process', async () => {
    const seen = new Map<string, { filters: number; telling: number }>();
    let pairs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anyCondition, anyFilter, sealedCondition, concealedCondition, anyResolvedFilter),
        async (filter) => {
          const [inStore, inProcess] = await foundBoth(filter);
          expect(inStore, printFilter(filter)).toEqual(inProcess);
          pairs += EVENTS;
          const { filters, telling } = seen.get(filter.op) ?? { filters: 0, telling: 0 };
          const tells = inProcess.length > 0 && inProcess.length < EVENTS;
          seen.set(filter.op, { filters: filters + 1, telling: telling + (tells ? 1 : 0) });
        },
      ),
      { numRuns: 700 },
    );
    // Enough filters of each kind tell events apart, or the test would say nothing.
    for (const op of ['and', 'or', 'not', 'is', 'like', 'exists', 'range', 'network', 'words', 'sealed', 'concealed']) {
      expect(seen.get(op)?.telling, op).toBeGreaterThan(0);
    }
    expect(pairs).toBeGreaterThan(10_000);
  });

  const many = (text: string, make: (number: number) => string, count = filterBounds.FILTER_MAX_NODES - 1) =>
    Array.from({ length: count }, (_, number) => make(number)).join(text);
  it.each([
    ['conditions', many(' OR ', () => 'metadata.k:2025-01-01T00:00Z..<2026-01-01T00:00Z')],
    ['other conditions', many(' OR ', (number) => `any:w${number}`)],
    ['networks', many(' ', () => 'ip:10.0.0.0/8')],
    ['values', `metadata.k:(${many(',', (number) => `v${number}`, filterBounds.FILTER_LIST_MAX_ITEMS)})`],
    ['signs that are escaped', many(' OR ', () => `id:"${'\\\\'.repeat(1000)}${"'".repeat(1000)}"`, 4)],
    ['words', `"${many(' ', () => 'w', filterBounds.FILTER_PHRASE_MAX_WORDS)}"`],
    ['stars', `id:${many('*', () => 'a', filterBounds.FILTER_PATTERN_MAX_PARTS)}`],
    ['keys', `metadata.${many('.', () => 'k', filterBounds.FILTER_PATH_MAX_STEPS - 1)}:x`],
    ['levels', `${many('', (number) => `(a ${number % 2 ? 'OR' : 'AND'} `, 15)}b${')'.repeat(15)}`],
  ])('with as many %s as there may be is one that the engine takes', async (_what, text) => {
    const { filter, problem } = parseFilter(text);
    expect(problem).toBeUndefined();
    const [inStore, inProcess] = await foundBoth(filter as Filter);
    expect(inStore).toEqual(inProcess);
  });

  it.each([
    ['one of them', anyOf],
    ['all of them', allOf],
  ])(
    'with as many conditions on sealed fields as there may be is one that the engine takes: %s',
    async (_what, join) => {
      // What the server makes of a filter: 4,096 blind indexes together, and the plain conditions beside them.
      const values = Array.from({ length: 16 }, (_, number) => String.fromCodePoint(0x4e00 + number));
      const conditions = Array.from({ length: filterBounds.FILTER_MAX_NODES - 1 }, (_, condition) => {
        const blind = values.map((_text, number) => `${condition * 16 + number}`.padStart(22, 'A'));
        return anyOf({ op: 'is', field: `metadata.k${condition % 9}`, values }, { op: 'sealed', blind });
      });
      const [inStore, inProcess] = await foundBoth(join(...conditions));
      expect(inStore).toEqual(inProcess);
    },
  );

  it('of a grant and a search, each with as many conditions as there may be, is one that the engine takes', async () => {
    const conditions = Array.from(
      { length: filterBounds.FILTER_MAX_NODES - 1 },
      (_, number): Filter => ({
        op: 'range',
        field: `metadata.k${number % 9}`,
        gte: '2025-01-01T00:00:00.000000000Z',
        lt: '2026-01-01T00:00:00.000000000Z',
      }),
    );
    const grant = conditions.map((condition) => negate(anyOf(condition, { op: 'concealed', field: 'metadata.k' })));
    const [inStore, inProcess] = await foundBoth(allOf(...grant, ...conditions.map(negate)));
    expect(inStore).toEqual(inProcess);
  });
});
