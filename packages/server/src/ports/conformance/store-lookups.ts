import { beforeAll, describe, expect, test } from 'vitest';
import { batchOf, type EventRow } from '../batch-columns.js';
import { eventRow, sampleHash, timeNs } from './event-rows.js';
import type { StoreContext } from './store-harness.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;

export function describeStoreLookups(context: StoreContext): void {
  const insertEvents = (events: readonly EventRow[]) => context.store.insert(batchOf(context.newToken(), events, []));
  /** One event a minute; every tenth id is that of the event ten before. */
  const someEvents = (tenant: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      eventRow({ tenant, index, position: 2048 + index, id: `l${index % 10 === 9 ? 9 : index}`, time: minute(index) }),
    );

  describe('look-ups', () => {
    let tenant: string;
    beforeAll(async () => {
      tenant = context.newTenant();
      const other = context.newTenant();
      const events = [...someEvents(tenant, 40), ...someEvents(other, 45)];
      // Written from the end: the order of the rows must not come from that of the inserts.
      await insertEvents(events.filter((_, place) => place % 2 === 1).reverse());
      await insertEvents(events.filter((_, place) => place % 2 === 0).reverse());
    });

    test('by id: the entry with the smallest index, below the position', async () => {
      const { store } = context;
      expect((await store.findById(tenant, 'l9', EVERYTHING))?.index).toBe(9);
      const found = await store.findById(tenant, 'l12', 2048 + 13);
      expect(found).toMatchObject({ index: 12, position: 2048 + 12 });
      expect(JSON.parse(new TextDecoder().decode(found!.entry))).toMatchObject({ id: 'l12' });
      expect(await store.findById(tenant, 'l12', 2048 + 12)).toBeUndefined();
      expect(await store.findById(tenant, 'l44', EVERYTHING)).toBeUndefined();
      expect(await store.findById(tenant, "' OR 1 = 1 --", EVERYTHING)).toBeUndefined();
    });

    test('by keys: every entry that has one of them, once', async () => {
      const keys = [
        { id: 'l3' },
        { id: 'l3', timeNs: timeNs(minute(3)) },
        { id: 'l4', timeNs: timeNs(minute(4)) },
        { id: 'l5', timeNs: timeNs(minute(4)) },
        { id: 'l9' },
        { id: 'absent' },
        { id: 'absent', timeNs: timeNs(minute(6)) },
      ];
      expect(await indexes(context.store.findByKeys(tenant, keys, EVERYTHING))).toEqual([3, 4, 9, 19, 29, 39]);
      expect(await indexes(context.store.findByKeys(tenant, keys, 2048 + 19))).toEqual([3, 4, 9]);
      expect(await indexes(context.store.findByKeys(tenant, keys.slice(2, 4), EVERYTHING))).toEqual([4]);
      expect(await context.store.findByKeys(tenant, [], EVERYTHING)).toEqual([]);
    });

    test('by a thousand keys', async () => {
      const keys = Array.from({ length: 1000 }, (_, number) => ({ id: `l${number}`, timeNs: timeNs(minute(number)) }));
      const expected = Array.from({ length: 40 }, (_, index) => index).filter(
        (index) => index % 10 !== 9 || index === 9,
      );
      expect(await indexes(context.store.findByKeys(tenant, keys, EVERYTHING))).toEqual(expected);
    });

    test('by range: in order, up to but not including the end, whatever their position', async () => {
      const { store } = context;
      const range = async (from: number, to: number) =>
        (await store.entries(tenant, from, to)).map(({ index }) => index);
      expect(await range(5, 8)).toEqual([5, 6, 7]);
      expect(await range(0, 1000)).toEqual(Array.from({ length: 40 }, (_, index) => index));
      expect(await range(38, 1000)).toEqual([38, 39]);
      expect(await range(7, 7)).toEqual([]);
      expect(await range(40, 50)).toEqual([]);
    });

    test('by range: what is absent is left out', async () => {
      const gaps = context.newTenant();
      await insertEvents(someEvents(gaps, 10).filter(({ index }) => index % 3 !== 1));
      const entries = await context.store.entries(gaps, 0, 10);
      expect(entries.map(({ index }) => index)).toEqual([0, 2, 3, 5, 6, 8, 9]);
    });
  });

  describe('node hashes', () => {
    test('come in order, concatenated, by level and tenant', async () => {
      const [one, other] = [context.newTenant(), context.newTenant()];
      const nodes = Array.from({ length: 300 }, (_, index) => [
        { tenant: one, level: 0, index, hash: sampleHash(index) },
        { tenant: one, level: 1, index, hash: sampleHash(1000 + index) },
        { tenant: other, level: 0, index, hash: sampleHash(2000 + index) },
      ]).flat();
      await context.store.insert(batchOf(context.newToken(), [], nodes.slice(500).reverse()));
      await context.store.insert(batchOf(context.newToken(), [], nodes.slice(0, 500)));
      const hashes = (start: number) =>
        Buffer.concat(Array.from({ length: 256 }, (_, place) => sampleHash(start + place)));
      const { store } = context;
      expect(Buffer.compare(await store.nodeHashes(one, 0, 0, 256), hashes(0))).toBe(0);
      expect(Buffer.compare(await store.nodeHashes(one, 1, 44, 300), hashes(1044))).toBe(0);
      expect(Buffer.compare(await store.nodeHashes(other, 0, 1, 257), hashes(2001))).toBe(0);
      expect(await store.nodeHashes(one, 0, 5, 5)).toHaveLength(0);
    });

    test('fail with corrupt when one is absent, at either end or between', async () => {
      const tenant = context.newTenant();
      const nodes = [1, 2, 4].map((index) => ({ tenant, level: 2, index, hash: sampleHash(index) }));
      await context.store.insert(batchOf(context.newToken(), [], nodes));
      const ranges: [level: number, from: number, to: number][] = [
        [2, 0, 3],
        [2, 1, 5],
        [2, 4, 6],
        [0, 1, 2],
      ];
      for (const range of ranges) {
        await expect(context.store.nodeHashes(tenant, ...range)).rejects.toMatchObject({ kind: 'corrupt' });
      }
      expect(await context.store.nodeHashes(tenant, 2, 1, 3)).toHaveLength(64);
    });
  });

  test('ids received since a time: of all tenants, below the position', async () => {
    const tenants = [context.newTenant(), context.newTenant()];
    const receivedAt = (index: number) => `2031-01-01T00:00:${String(index).padStart(2, '0')}.000000001Z`;
    await insertEvents(
      tenants.flatMap((tenant) =>
        Array.from({ length: 20 }, (_, index) =>
          // The event's own time is another one, and does not matter.
          eventRow({
            tenant,
            index,
            position: 100 + index,
            id: `r${index}`,
            time: minute(index),
            receivedAt: receivedAt(index),
          }),
        ),
      ),
    );
    const found: string[] = [];
    for await (const ids of context.store.idsReceivedSince(timeNs(receivedAt(5)), 110)) {
      found.push(...ids.map(({ tenant, id, receivedAtNs }) => `${tenant} ${id} ${receivedAtNs}`));
    }
    const expected = tenants.flatMap((tenant) =>
      [5, 6, 7, 8, 9].map((index) => `${tenant} r${index} ${timeNs(receivedAt(index))}`),
    );
    expect(found.sort()).toEqual(expected.sort());
  });
}

async function indexes(entries: Promise<readonly { index: number }[]>): Promise<number[]> {
  return (await entries).map(({ index }) => index).sort((a, b) => a - b);
}

function minute(index: number): string {
  return new Date(Date.UTC(2025, 9, 6) + index * 60_000).toISOString().replace('.000Z', '.000000001Z');
}
