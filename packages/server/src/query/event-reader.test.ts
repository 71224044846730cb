import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { NOW_NS, type SampleRecord } from '../../testing/sample-records.js';
import { EventReader } from './event-reader.js';

async function readerOf(...records: SampleRecord[]) {
  const pipeline = new MemoryPipeline();
  if (records.length > 0) await pipeline.append('acme', ...records);
  await pipeline.sealAll();
  const reader = new EventReader({ store: pipeline.ports.store, progress: pipeline.progress, maxWaitMs: 50 });
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
  expect(await reader.page('nobody', { limit: 2 })).toEqual({ entries: [], next: null, behind: 0 });
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

test('a cursor goes on with its own query only', async () => {
  const { reader } = await readerOf({ id: 'a' }, { id: 'b' });
  const { next } = await reader.page('acme', { limit: 1, actor: 'u1' });
  const cursor = next!;
  expect((await reader.page('acme', { limit: 5, actor: 'u1', cursor })).entries.map(idOf)).toEqual(['a']);
  for (const [tenant, query] of [
    ['acme', {}],
    ['acme', { actor: 'u2' }],
    ['other', { actor: 'u1' }],
  ] as const) {
    await expect(reader.page(tenant, { limit: 1, cursor, ...query })).rejects.toMatchObject({ code: 'cursor-invalid' });
  }
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
