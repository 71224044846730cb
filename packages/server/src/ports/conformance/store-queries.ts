import { beforeAll, describe, expect, test } from 'vitest';
import { batchOf } from '../batch-columns.js';
import type { QueryCost, ReadOptions } from '../read-options.js';
import type { EventStore } from '../store.js';
import { eventRow } from './event-rows.js';
import type { StoreContext } from './store-harness.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const EVENTS = 20;

type Read = (store: EventStore, tenant: string, options?: ReadOptions) => Promise<unknown>;

/** Every read that somebody may ask for. */
const reads: Record<string, Read> = {
  page: (store, tenant, options) => store.page({ tenant, before: EVERYTHING, limit: 7 }, options),
  count: (store, tenant, options) => store.count({ tenant, before: EVERYTHING }, options),
  'look-up by id': (store, tenant, options) => store.findById(tenant, 'q3', EVERYTHING, options),
  'look-up by keys': (store, tenant, options) => store.findByKeys(tenant, [{ id: 'q4' }], EVERYTHING, options),
  'range of indexes': (store, tenant, options) => store.entries(tenant, 3, 9, options),
  'usage by day': (store, tenant, options) => store.usageByDay(tenant, 0, 60_000, EVERYTHING, options),
  'usage by kind': (store, tenant, options) =>
    store.usageByKind(tenant, { kind: 'action', fromDay: 0, toDay: 60_000, before: EVERYTHING, limit: 5 }, options),
  'entries of a person': (store, tenant, options) =>
    store.entriesOf(tenant, { subjects: ['u1'], tags: [] }, { before: EVERYTHING, limit: 5 }, options),
  'count of what was erased': (store, tenant, options) => store.countErased(tenant, 'none', options),
};

export function describeStoreQueries(context: StoreContext): void {
  describe.each(Object.entries(reads))('as a query, a %s', (name, read) => {
    let tenant: string;
    beforeAll(async () => {
      tenant = context.newTenant();
      const events = Array.from({ length: EVENTS }, (_, index) =>
        eventRow({ tenant, index, position: 1024 + index, id: `q${index}`, time: '2025-10-06T12:00:00Z' }),
      );
      await context.store.insert(batchOf(context.newToken(), events, []));
    });

    test('finds the same, byte for byte, and says once a statement what it cost', async () => {
      const costs: QueryCost[] = [];
      const signal = new AbortController().signal;
      const found = await read(context.store, tenant, { signal, onCost: (cost) => costs.push(cost) });
      expect(found).toEqual(await read(context.store, tenant));
      expect(costs).toHaveLength(1);
      const { rowsRead, bytesRead, elapsedMs } = costs[0]!;
      // What an index leaves out is not read: it may be nothing.
      expect([Number.isSafeInteger(rowsRead), Number.isSafeInteger(bytesRead), elapsedMs >= 0]).toEqual([
        true,
        true,
        true,
      ]);
      if (name === 'page') expect(rowsRead).toBeGreaterThanOrEqual(EVENTS);
    });

    test('is not begun when nobody wants it any more, and costs nothing', async () => {
      const costs: QueryCost[] = [];
      const options = { signal: AbortSignal.abort(), onCost: (cost: QueryCost) => costs.push(cost) };
      await expect(read(context.store, tenant, options)).rejects.toMatchObject({ kind: 'cancelled' });
      expect(costs).toEqual([]);
      // Nothing of it stays behind.
      await read(context.store, tenant, { signal: new AbortController().signal });
    });
  });
}
