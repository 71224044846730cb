import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  admitEvent,
  canonicalJson,
  cloudtrailDialect,
  compileFilter,
  type Filter,
  formatNs,
  kubernetesDialect,
  parseJson,
  parseTime,
  printFilter,
} from '@attestlog/event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyFilter } from '../../../event/testing/filter-arbitraries.js';
import { filtersAbout } from '../../../event/testing/leaf-conditions.js';
import { cloudtrailFiles, kubernetesLines, missingRealData } from '../../../event/testing/real-data.js';
import { sealEntry, searchedEvent } from '../../../event/testing/searched-events.js';
import { openChdbStore } from '../adapters/chdb/chdb-store.js';
import { batchOf } from '../ports/batch-columns.js';
import type { EventStore } from '../ports/store.js';
import { Progress } from '../sequencer/progress.js';
import { EventReader } from './event-reader.js';

/**
 * The search as a whole against the filter's own predicate, on generated events and on real ones: what the pages have,
 * whichever way they are read, is what the predicate finds, in order; and as much is counted.
 */
const GENERATED_EVENTS = 300;
const REAL_EVENTS = 300;
const GENERATED_FILTERS = 600;
const REAL_FILTERS = 500;
/** One of so many filters is read page by page, the others on one page. */
const FILTERS_PER_WALK = 5;
const AT_ONCE = 5;
/** More than all that is found, so that it is one page. */
const WHOLE = 1.5;
const receivedAtNs = 1_759_755_252_025_979_644n;

interface Sample {
  index: number;
  timeNs: bigint;
  entry: unknown;
}

let store: EventStore;
let path: string;
const open = () =>
  openChdbStore({
    path,
    readSessions: 3,
    maxReadSeconds: 60,
    maxReadBytes: 2_000_000_000,
    maxServerBytes: 3_000_000_000,
  });

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'attestlog-search-'));
  store = await open();
});
afterAll(async () => {
  await store.close();
  await rm(path, { recursive: true, force: true });
});

function entryOf(event: unknown, id: string): unknown {
  const admitted = admitEvent(event, {
    receivedAt: formatNs(receivedAtNs),
    receivedAtNs,
    newId: () => id,
    maxFutureSkewMs: Number.POSITIVE_INFINITY,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  });
  return admitted.ok ? JSON.parse(Buffer.from(admitted.entry).toString()) : undefined;
}

/** Puts entries into the store, and gives what is to be found there. */
async function recorded(tenant: string, entries: readonly unknown[]): Promise<Sample[]> {
  const rows = entries.map((entry, index) => ({
    ...{ tenant, index, position: index },
    entry: new TextEncoder().encode(canonicalJson(entry)),
  }));
  await store.insert(batchOf(tenant, rows, []));
  return entries.map((entry, index) => {
    const moment = parseTime((entry as { time: string }).time) as { ns: bigint };
    return { index, timeNs: moment.ns, entry };
  });
}

function readerOf(events: EventStore): EventReader {
  const progress = new Progress();
  progress.advance(1_000);
  return new EventReader({ store: events, progress, maxWaitMs: 0, cursorSecret: new Uint8Array(32) });
}

/** How the pages of a search are read. */
const anyWalk = fc.record({
  order: fc.constantFrom('newest', 'oldest'),
  isBack: fc.boolean(),
  /** Of the number of events that are found. */
  shares: fc.array(fc.double({ min: 0.2, max: 1.2, noNaN: true }), { minLength: 1, maxLength: 3 }),
});
type Walk = typeof anyWalk extends fc.Arbitrary<infer T> ? T : never;

/** The indexes that the pages have, one page after the other, and the totals that they say. */
async function walked(tenant: string, filter: Filter, { order, isBack, shares }: Walk, expected: number) {
  const reader = readerOf(store);
  const indexes: number[] = [];
  const totals = new Set<number>();
  const sizeOf = (page: number) => Math.max(1, Math.round(shares[page % shares.length]! * expected));
  let cursor: string | null | undefined;
  let last: string | null = null;
  for (let page = 0; cursor !== null; page++) {
    // Counted once: on all other pages it is the same query.
    const total = page === 0 ? ({ total: 'exact' } as const) : {};
    const found = await reader.page(tenant, { filter, order, limit: sizeOf(page), cursor, ...total });
    indexes.push(...found.entries.map(({ index }) => index));
    if (found.total !== undefined) totals.add(found.total.value);
    ({ next: cursor, previous: last } = found);
    if (cursor === null && isBack && last !== null) {
      const way = found.entries.map(({ index }) => index);
      for (let at: string | null = last, back = 0; at !== null; back++) {
        const before = await reader.page(tenant, { filter, order, limit: sizeOf(back), cursor: at });
        way.unshift(...before.entries.map(({ index }) => index));
        at = before.previous;
      }
      expect(way).toEqual(indexes);
    }
  }
  return { indexes, totals: [...totals] };
}

function expectedOf(samples: readonly Sample[], filter: Filter, order: Walk['order']): number[] {
  const fits = compileFilter(filter);
  const found = samples.filter(({ entry }) => fits(entry, undefined));
  found.sort((a, b) => (a.timeNs === b.timeNs ? a.index - b.index : a.timeNs < b.timeNs ? -1 : 1));
  const indexes = found.map(({ index }) => index);
  return order === 'oldest' ? indexes : indexes.reverse();
}

async function requireEqual(tenant: string, samples: readonly Sample[], filters: fc.Arbitrary<Filter>, count: number) {
  let telling = 0;
  const batch = fc.array(fc.tuple(filters, anyWalk), { minLength: AT_ONCE, maxLength: AT_ONCE });
  const isEqual = async (filter: Filter, walk: Walk) => {
    const expected = expectedOf(samples, filter, walk.order);
    const { indexes, totals } = await walked(tenant, filter, walk, expected.length);
    expect(indexes, printFilter(filter)).toEqual(expected);
    expect(totals, printFilter(filter)).toEqual([expected.length]);
    if (expected.length > 0 && expected.length < samples.length) telling += 1;
  };
  await fc.assert(
    fc.asyncProperty(batch, async (asked) => {
      const walks = asked.map(([filter, walk], place) =>
        isEqual(filter, place % FILTERS_PER_WALK === 0 ? walk : { ...walk, shares: [WHOLE] }),
      );
      await Promise.all(walks);
    }),
    { numRuns: count / AT_ONCE },
  );
  // Enough of them tell events apart, or the test would say nothing.
  expect(telling).toBeGreaterThan(count / 4);
}

describe('the pages of a search are what its filter finds', () => {
  test('among generated events', async () => {
    const events = fc.sample(searchedEvent, { numRuns: GENERATED_EVENTS });
    const samples = await recorded(
      'generated',
      events.map((event, index) => sealEntry(entryOf(event, `e${index}`))),
    );
    await requireEqual('generated', samples, anyFilter, GENERATED_FILTERS);
  });

  test.skipIf(missingRealData !== undefined)(
    `among real events (${missingRealData ?? 'CloudTrail, Kubernetes'})`,
    async () => {
      const records = [
        ...cloudtrailFiles()
          .flatMap((text) => cloudtrailDialect.recordsOf(parseJson(text).value))
          .map((record) => cloudtrailDialect.toEvent(record)),
        ...kubernetesLines('demo_v1.ndjson').map((line) => kubernetesDialect.toEvent(parseJson(line).value)),
      ];
      const every = Math.max(1, Math.floor(records.length / REAL_EVENTS));
      const entries = records
        .filter((_, place) => place % every === 0)
        .flatMap((result, place) => (result.ok ? [entryOf(result.event, `r${place}`)] : []))
        .filter((entry) => entry !== undefined);
      expect(entries.length).toBeGreaterThan(REAL_EVENTS / 2);
      const samples = await recorded('real', entries);
      await requireEqual('real', samples, filtersAbout(entries), REAL_FILTERS);
    },
  );

  test('also when the store restarts between them', async () => {
    const entries = Array.from({ length: 30 }, (_, i) => entryOf({ action: 'a.b', id: `i${i}` }, ''));
    const samples = await recorded('restarted', entries);
    const indexes: number[] = [];
    let cursor: string | null | undefined;
    for (let page = 0; cursor !== null; page++) {
      if (page === 1) {
        await store.close();
        store = await open();
      }
      const found = await readerOf(store).page('restarted', { limit: 12, cursor });
      indexes.push(...found.entries.map(({ index }) => index));
      cursor = found.next;
    }
    expect(indexes).toEqual(expectedOf(samples, { op: 'always' }, 'newest'));
  });
});
