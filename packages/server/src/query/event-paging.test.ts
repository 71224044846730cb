import type { Filter } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { NOW_NS, type SampleRecord } from '../../testing/sample-records.js';
import { type EventPage, type EventQuery, EventReader } from './event-reader.js';
import { ESTIMATE_MAX_EVENTS } from './total.js';

const DAY_MS = 86_400_000;
const NOW_MS = Number(NOW_NS / 1_000_000n);
const orders = ['newest', 'oldest'] as const;

function readerOn(pipeline: MemoryPipeline, nowMs = NOW_MS): EventReader {
  return new EventReader({
    store: pipeline.ports.store,
    progress: pipeline.progress,
    maxWaitMs: 50,
    cursorSecret: new Uint8Array(32).fill(7),
    nowMs: () => nowMs,
  });
}

async function pipelineWith(...records: SampleRecord[]): Promise<MemoryPipeline> {
  const pipeline = new MemoryPipeline();
  await add(pipeline, records);
  return pipeline;
}

async function add(pipeline: MemoryPipeline, records: readonly SampleRecord[]): Promise<void> {
  if (records.length > 0) await pipeline.append('acme', ...records);
  await pipeline.sealAll();
}

const idsOf = ({ entries }: EventPage) =>
  entries.map(({ entry }) => (JSON.parse(Buffer.from(entry).toString()) as { id: string }).id);

/** The ids of the pages from one on, in the order in which they come on the way. */
async function walk(
  reader: EventReader,
  query: Omit<EventQuery, 'limit' | 'cursor'>,
  { toward, limits, cursor }: { toward: 'next' | 'previous'; limits: readonly number[]; cursor?: string },
): Promise<{ pages: string[][]; last: EventPage }> {
  const pages: string[][] = [];
  let last: EventPage | undefined;
  for (let at: string | undefined = cursor; last === undefined || at !== undefined; at = last[toward] ?? undefined) {
    last = await reader.page('acme', { ...query, limit: limits[pages.length % limits.length]!, cursor: at });
    pages.push(idsOf(last));
    expect(pages.length).toBeLessThan(100);
  }
  return { pages, last };
}

const someTimes = fc.array(fc.constantFrom(NOW_NS, NOW_NS + 1n, NOW_NS - 1n, 5n), { minLength: 1, maxLength: 25 });
const someLimits = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });
const recordsAt = (timesNs: readonly bigint[], name = 'e') =>
  timesNs.map((timeNs, place) => ({ id: `${name}${place}`, timeNs }));

describe('pages', () => {
  test('of any sizes, there and back, in either order, are the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        someTimes,
        fc.constantFrom(...orders),
        someLimits,
        someLimits,
        async (times, order, there, back) => {
          const reader = readerOn(await pipelineWith(...recordsAt(times)));
          const whole = idsOf(await reader.page('acme', { order, limit: 1000 }));
          const other = idsOf(
            await reader.page('acme', { order: order === 'newest' ? 'oldest' : 'newest', limit: 1000 }),
          );
          expect(whole).toEqual(other.toReversed());
          const forward = await walk(reader, { order }, { toward: 'next', limits: there });
          expect(forward.pages.flat()).toEqual(whole);
          const { previous } = forward.last;
          if (previous === null) {
            expect(forward.pages).toHaveLength(1);
            return;
          }
          const backward = await walk(reader, { order }, { toward: 'previous', limits: back, cursor: previous });
          expect([...backward.pages.toReversed(), forward.pages.at(-1)].flat()).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('come again on the way back as they were on the way there', async () => {
    const reader = readerOn(await pipelineWith(...recordsAt(Array.from({ length: 10 }, (_, i) => BigInt(i % 4)))));
    for (const order of orders) {
      const { pages, last } = await walk(reader, { order }, { toward: 'next', limits: [3] });
      const back = await walk(reader, { order }, { toward: 'previous', limits: [3], cursor: last.previous! });
      expect(back.pages).toEqual(pages.slice(0, -1).reverse());
      const again = await walk(reader, { order }, { toward: 'next', limits: [3], cursor: back.last.next! });
      expect(again.pages).toEqual(pages.slice(1));
    }
  });

  test('hold what there was at the first one, whatever arrives in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        someTimes,
        someTimes,
        fc.constantFrom(...orders),
        someLimits,
        async (times, later, order, limits) => {
          const pipeline = await pipelineWith(...recordsAt(times));
          const reader = readerOn(pipeline);
          const query = { order, total: 'exact' } as const;
          const whole = idsOf(await reader.page('acme', { order, limit: 1000 }));
          const first = await reader.page('acme', { ...query, limit: limits[0]! });
          await add(pipeline, recordsAt(later, 'later'));
          if (first.next === null) return;
          const rest = await walk(reader, query, { toward: 'next', limits, cursor: first.next });
          expect([...idsOf(first), ...rest.pages.flat()]).toEqual(whole);
          expect(rest.last.total).toEqual({ value: times.length, relation: 'exact' });
          const back = await walk(reader, query, { toward: 'previous', limits, cursor: rest.last.previous! });
          expect([...back.pages.toReversed(), rest.pages.at(-1)].flat()).toEqual(whole);
          expect((await reader.page('acme', { order, limit: 1000 })).entries).toHaveLength(times.length + later.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('go on after the entries at their edges were taken out of the store', async () => {
    const pipeline = await pipelineWith(...recordsAt([1n, 2n, 3n, 4n, 5n, 6n]));
    const reader = readerOn(pipeline);
    const remove = (...ids: string[]) => {
      const { rows } = pipeline.world.store;
      rows.splice(0, rows.length, ...rows.filter(({ id }) => !ids.includes(id)));
    };
    const first = await reader.page('acme', { limit: 2 });
    const second = await reader.page('acme', { limit: 2, cursor: first.next! });
    expect(idsOf(second)).toEqual(['e3', 'e2']);
    remove('e3', 'e2', 'e1', 'e0');
    const third = await reader.page('acme', { limit: 2, cursor: second.next! });
    expect([idsOf(third), third.next]).toEqual([[], null]);
    expect(idsOf(await reader.page('acme', { limit: 2, cursor: third.previous! }))).toEqual(['e5', 'e4']);
    remove('e5');
    const back = await reader.page('acme', { limit: 2, cursor: second.previous! });
    expect([idsOf(back), back.previous]).toEqual([['e4'], null]);
    remove('e4');
    const nothing = await reader.page('acme', { limit: 2, cursor: second.previous! });
    expect([idsOf(nothing), nothing.previous]).toEqual([[], null]);
    expect(idsOf(await reader.page('acme', { limit: 2, cursor: nothing.next! }))).toEqual([]);
  });
});

describe('a cursor', () => {
  const records = recordsAt([NOW_NS, NOW_NS - 1n, NOW_NS - 2n]);

  test('that is days old goes on as if it were new, in a server that was started since', async () => {
    const pipeline = await pipelineWith(...records);
    const { next } = await readerOn(pipeline).page('acme', { limit: 1 });
    const restarted = new MemoryPipeline({ world: pipeline.world });
    await restarted.sealAll();
    const { pages } = await walk(
      readerOn(restarted, NOW_MS + 30 * DAY_MS),
      {},
      { toward: 'next', limits: [1], cursor: next! },
    );
    expect(pages).toEqual([['e1'], ['e2']]);
  });

  test('takes words about time as they were meant at the first page', async () => {
    const pipeline = await pipelineWith(...records, { id: 'old', timeNs: NOW_NS - 8n * 86_400_000_000_000n });
    const query = { from: 'last 7 days', to: 'now', timeZone: 'Europe/Berlin' };
    const { next } = await readerOn(pipeline).page('acme', { ...query, limit: 1 });
    const later = readerOn(pipeline, NOW_MS + 30 * DAY_MS);
    const { pages } = await walk(later, query, { toward: 'next', limits: [1], cursor: next! });
    expect(pages).toEqual([['e1'], ['e2']]);
    expect(idsOf(await later.page('acme', { ...query, limit: 9 }))).toEqual([]);
  });

  test.each<[string, string, Partial<EventQuery>, { grant?: Filter }]>([
    ['another tenant’s', 'other', {}, {}],
    ['of another order', 'acme', { order: 'oldest' }, {}],
    ['of another filter', 'acme', { q: 'action:a.b' }, {}],
    ['of another filter as a tree', 'acme', { filter: { op: 'exists', field: 'id' } }, {}],
    ['of another time', 'acme', { from: 'yesterday' }, {}],
    ['of another time zone', 'acme', { timeZone: 'Europe/Berlin' }, {}],
    ['of another grant', 'acme', {}, { grant: { op: 'exists', field: 'id' } }],
  ])('%s is refused', async (_what, tenant, query, scope) => {
    const reader = readerOn(await pipelineWith(...records));
    const first = await reader.page('acme', { limit: 1 });
    const second = await reader.page('acme', { limit: 1, cursor: first.next! });
    for (const cursor of [first.next!, second.previous!, second.next!]) {
      const page = reader.page(tenant, { limit: 1, cursor, ...query }, scope);
      await expect(page).rejects.toMatchObject({ code: 'cursor-invalid' });
    }
  });

  test('that was cut anywhere is refused', async () => {
    const reader = readerOn(await pipelineWith(...records));
    const { next } = await reader.page('acme', { limit: 1 });
    for (let length = 0; length < next!.length; length++) {
      const page = reader.page('acme', { limit: 1, cursor: next!.slice(0, length) });
      await expect(page).rejects.toMatchObject({ code: 'cursor-invalid' });
    }
  });

  test('is of the filter, not of the words or the form it was asked in', async () => {
    const reader = readerOn(await pipelineWith(...records));
    const { next } = await reader.page('acme', { limit: 1, q: 'id:(e0,e1)' });
    const filter = { op: 'is', field: 'id', values: ['e0', 'e1'] };
    expect(idsOf(await reader.page('acme', { limit: 9, filter, cursor: next! }))).toEqual(['e1']);
  });
});

describe('a total', () => {
  test('is exact, or at least as many as are counted, and says which', async () => {
    const pipeline = await pipelineWith(...recordsAt(Array.from({ length: 30 }, () => NOW_NS)));
    const { store } = pipeline.ports;
    const asked: (number | undefined)[] = [];
    const reader = new EventReader({
      store: new Proxy(store, {
        get: (target, name) =>
          name === 'count'
            ? async ({ atMost }: { atMost?: number }) => {
                asked.push(atMost);
                return Math.min(12_345, atMost ?? Number.POSITIVE_INFINITY);
              }
            : Reflect.get(target, name, target).bind(target),
      }),
      progress: pipeline.progress,
      maxWaitMs: 50,
      cursorSecret: new Uint8Array(32),
    });
    expect((await reader.page('acme', { limit: 3 })).total).toBeUndefined();
    expect((await reader.page('acme', { limit: 3, total: 'exact' })).total).toEqual({
      value: 12_345,
      relation: 'exact',
    });
    const estimate = await reader.page('acme', { limit: 3, total: 'estimate' });
    expect(estimate.total).toEqual({ value: ESTIMATE_MAX_EVENTS, relation: 'at-least' });
    expect(asked).toEqual([undefined, ESTIMATE_MAX_EVENTS + 1]);
    // A page that has everything says how much that is.
    for (const total of ['exact', 'estimate'] as const) {
      const whole = await reader.page('acme', { limit: 30, total });
      expect(whole.total).toEqual({ value: 30, relation: 'exact' });
    }
    expect(asked).toHaveLength(2);
  });

  test('counts what the filter, the time and the grant leave, on every page the same', async () => {
    const reader = readerOn(await pipelineWith(...recordsAt([1n, 2n, 3n, 4n, 5n])));
    const grant: Filter = { op: 'is', field: 'id', values: ['e0', 'e1', 'e2', 'e3'] };
    const query = { limit: 1, q: '-id:e1', from: '1970-01-01T00:00:00.000000002Z', total: 'exact' } as const;
    const first = await reader.page('acme', query, { grant });
    const second = await reader.page('acme', { ...query, cursor: first.next! }, { grant });
    expect([first.total, second.total]).toEqual(Array(2).fill({ value: 2, relation: 'exact' }));
    expect(second.next).toBeNull();
  });
});
