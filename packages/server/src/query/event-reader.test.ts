import type { Filter } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { NOW_NS, type SampleRecord } from '../../testing/sample-records.js';
import { EventReader, type Reader } from './event-reader.js';

const cursorSecret = new Uint8Array(32).fill(7);

async function readerOf(...records: SampleRecord[]) {
  const pipeline = new MemoryPipeline();
  if (records.length > 0) await pipeline.append('acme', ...records);
  await pipeline.sealAll();
  const reader = new EventReader({
    store: pipeline.ports.store,
    progress: pipeline.progress,
    maxWaitMs: 50,
    cursorSecret,
  });
  return { pipeline, reader };
}

const idOf = ({ entry }: { entry: Uint8Array }) => (JSON.parse(Buffer.from(entry).toString()) as { id: string }).id;

/** The ids of all pages, one after the other. */
async function allPages(reader: EventReader, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.page('acme', { limit, cursor });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    ids.push(...page.entries.map(idOf));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

test('pages of any size give every event once, newest first, over equal times too', async () => {
  const times = fc.array(fc.constantFrom(NOW_NS, NOW_NS + 1n, NOW_NS - 1n, 5n), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(times, fc.integer({ min: 1, max: 7 }), async (timesNs, limit) => {
      const records = timesNs.map((timeNs, i) => ({ id: `e${i}`, timeNs }));
      const { reader } = await readerOf(...records);
      const expected = records
        .map((record, index) => ({ ...record, index }))
        .sort((a, b) => (a.timeNs === b.timeNs ? b.index - a.index : a.timeNs > b.timeNs ? -1 : 1))
        .map(({ id }) => id);
      expect(await allPages(reader, limit)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('a full last page has no next one', async () => {
  const { reader } = await readerOf({ id: 'a' }, { id: 'b' });
  expect((await reader.page('acme', { limit: 2 })).next).toBeNull();
  expect((await reader.page('acme', { limit: 1 })).next).not.toBeNull();
  expect(await reader.page('nobody', { limit: 2 })).toEqual({ entries: [], next: null, previous: null, behind: 0 });
});

describe('what is asked for', () => {
  const at = (second: number) => ({ id: `e${second}`, timeNs: BigInt(second) * 1_000_000_000n });

  test('by time is inclusive on both sides', async () => {
    const { reader } = await readerOf(at(1), at(2), at(3), at(4));
    const page = await reader.page('acme', { limit: 9, from: '1970-01-01T00:00:02Z', to: '1970-01-01T01:00:03+01:00' });
    expect(page.entries.map(idOf)).toEqual(['e3', 'e2']);
  });

  test('by actor and action is exact', async () => {
    const { reader } = await readerOf(at(1));
    for (const [query, count] of [
      [{ actor: 'u1' }, 1],
      [{ actor: 'u' }, 0],
      [{ action: 'order.approve' }, 1],
      [{ action: 'order' }, 0],
    ] as const) {
      expect((await reader.page('acme', { limit: 9, ...query })).entries).toHaveLength(count);
    }
  });

  test.each([
    [{ from: 'yesterday' }, 'from'],
    [{ to: '2025-10-06' }, 'to'],
    [{ actor: 'a\0b' }, 'actor'],
    [{ action: '\0' }, 'action'],
  ])('%j is told by the parameter', async (query, parameter) => {
    const { reader } = await readerOf();
    const page = reader.page('acme', { limit: 1, ...query });
    await expect(page).rejects.toMatchObject({
      code: 'query-invalid',
      detail: expect.stringContaining(`"${parameter}"`),
    });
  });
});

describe('what is asked for in the search syntax', () => {
  const records = [{ id: 'a', message: 'password reset' }, { id: 'b', message: 'order sent' }, { id: 'c' }];
  const ids = async (query: object, scope = {}) => {
    const { reader } = await readerOf(...records);
    return (await reader.page('acme', { limit: 9, ...query }, scope)).entries.map(idOf);
  };

  test('is found, together with what the other parameters say', async () => {
    expect(await ids({ q: 'password OR order' })).toEqual(['b', 'a']);
    expect(await ids({ q: 'password OR order', actor: 'u2' })).toEqual([]);
    expect(await ids({ q: '-message:*', action: 'order.approve' })).toEqual(['c']);
    expect(await ids({ q: '' })).toEqual(['c', 'b', 'a']);
  });

  test('knows who @me is, where somebody is', async () => {
    expect(await ids({ q: 'actor:@me' }, { me: 'u1' })).toHaveLength(3);
    expect(await ids({ q: 'actor:@me' }, { me: 'u1 OR *' })).toEqual([]);
    await expect(ids({ q: 'actor:@me' })).rejects.toMatchObject({ code: 'filter-invalid' });
  });

  test('and cannot be understood is told with its place', async () => {
    await expect(ids({ q: 'password acter:jane' })).rejects.toMatchObject({
      code: 'filter-invalid',
      members: { reason: 'unknown-field', offset: 9, suggestion: 'actor' },
    });
  });
});

describe('a grant with a filter', () => {
  const grant: Filter = { op: 'is', field: 'id', values: ['a', 'c'] };

  test('narrows every page, whatever is asked for', async () => {
    const { reader } = await readerOf({ id: 'a' }, { id: 'b' }, { id: 'c' });
    for (const q of [undefined, '*', 'id:(a,b,c)', '-id:x OR id:b']) {
      const page = await reader.page('acme', { limit: 9, q }, { grant });
      expect(page.entries.map(idOf)).toEqual(['c', 'a']);
    }
    expect((await reader.page('acme', { limit: 9, q: 'id:b' }, { grant })).entries).toEqual([]);
  });

  test('makes an event outside of it one that there is not', async () => {
    const { reader } = await readerOf({ id: 'a' }, { id: 'b' });
    expect(idOf(await reader.get('acme', 'a', { grant }))).toBe('a');
    const [outside, absent] = await Promise.allSettled([
      reader.get('acme', 'b', { grant }),
      reader.get('acme', 'nothing', { grant }),
    ]);
    expect(outside).toEqual(absent);
    expect(outside).toMatchObject({ reason: { code: 'event-unknown' } });
  });
});

test('a cursor goes on with its own query and grant only, of its own deployment', async () => {
  const { reader, pipeline } = await readerOf({ id: 'a' }, { id: 'b' });
  const grant: Filter = { op: 'is', field: 'id', values: ['a', 'b'] };
  const { next } = await reader.page('acme', { limit: 1, actor: 'u1', q: 'id:(a,b)' }, { grant });
  const cursor = next!;
  // The same filter in other words is the same.
  for (const q of ['id:(a,b)', 'id:("a" OR b)']) {
    const page = await reader.page('acme', { limit: 5, actor: 'u1', q, cursor }, { grant });
    expect(page.entries.map(idOf)).toEqual(['a']);
  }
  for (const [tenant, query, scope] of [
    ['acme', {}, { grant }],
    ['acme', { actor: 'u1' }, { grant }],
    ['acme', { actor: 'u2', q: 'id:(a,b)' }, { grant }],
    ['acme', { actor: 'u1', q: 'id:(b,a)' }, { grant }],
    ['acme', { actor: 'u1', q: 'id:(a,b)' }, {}],
    ['acme', { actor: 'u1', q: 'id:(a,b)' }, { grant: { op: 'is', field: 'id', values: ['a'] } }],
    ['other', { actor: 'u1', q: 'id:(a,b)' }, { grant }],
  ] as [string, object, Reader][]) {
    const page = reader.page(tenant, { limit: 1, cursor, ...query }, scope);
    await expect(page).rejects.toMatchObject({ code: 'cursor-invalid' });
  }
  const another = new EventReader({
    store: pipeline.ports.store,
    progress: pipeline.progress,
    maxWaitMs: 50,
    cursorSecret: new Uint8Array(32),
  });
  const page = another.page('acme', { limit: 5, actor: 'u1', q: 'id:(a,b)', cursor }, { grant });
  await expect(page).rejects.toMatchObject({ code: 'cursor-invalid' });
});

describe('one event', () => {
  test('is found by its id, by its tenant only', async () => {
    const { reader, pipeline } = await readerOf({ id: 'a' }, { id: 'b' });
    expect(await reader.get('acme', 'b')).toEqual({
      index: 1,
      position: pipeline.world.store.rows[1]!.position,
      entry: pipeline.world.store.rows[1]!.entry,
    });
    for (const [tenant, id] of [
      ['other', 'b'],
      ['acme', 'c'],
      ['acme', 'b\0'],
    ] as const) {
      await expect(reader.get(tenant, id)).rejects.toMatchObject({ code: 'event-unknown' });
    }
  });

  test('is found when it was acknowledged just before', async () => {
    const { reader, pipeline } = await readerOf();
    const { throughSequence } = await pipeline.intake.accept(
      'acme',
      { kind: 'values', values: [{ id: 'x', action: 'a.b' }] },
      {
        atomic: false,
      },
    );
    const found = reader.get('acme', 'x');
    expect(pipeline.progress.sealedThrough).toBeLessThan(throughSequence);
    await pipeline.sealAll();
    expect((await found).index).toBe(0);
  });
});

test('indexes are told of the ids that are sealed', async () => {
  const { reader } = await readerOf({ id: 'a' }, { id: 'b' });
  expect(await reader.indexesOf('acme', ['b', 'c', 'a'])).toEqual(
    new Map([
      ['a', 0],
      ['b', 1],
    ]),
  );
  expect(await reader.indexesOf('acme', [])).toEqual(new Map());
});
