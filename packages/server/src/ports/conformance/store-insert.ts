import { describe, expect, test } from 'vitest';
import { batchOf, type EventRow, type TreeNodeRow } from '../batch-columns.js';
import type { EventStore, SealedBatch } from '../store.js';
import { eventRow, sampleHash } from './event-rows.js';
import type { StoreContext } from './store-harness.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;

export function describeStoreInsert(context: StoreContext, batchesBetweenRepeats: number): void {
  describe('insert', () => {
    /** Ten events of ten months and three nodes. */
    const rows = (tenant: string): { events: EventRow[]; nodes: TreeNodeRow[] } => ({
      events: Array.from({ length: 10 }, (_, index) =>
        eventRow({ tenant, index, position: 1024 + index, id: `e${index}`, time: `2025-${month(index)}-06T12:54:12Z` }),
      ),
      nodes: [0, 1, 2].map((index) => ({ tenant, level: 0, index, hash: sampleHash(index) })),
    });
    const batch = (tenant: string): SealedBatch => {
      const { events, nodes } = rows(tenant);
      return batchOf(context.newToken(), events, nodes);
    };

    test('is visible to every read once it resolves', async () => {
      const tenant = context.newTenant();
      await context.store.insert(batch(tenant));
      await expectBatch(context.store, tenant);
    });

    test('is there after the store was opened again', async () => {
      const tenant = context.newTenant();
      await context.store.insert(batch(tenant));
      await context.reopen();
      await expectBatch(context.store, tenant);
    });

    test('of a token that was inserted before doubles nothing, also at once and after opening again', async () => {
      const tenant = context.newTenant();
      const again = batch(tenant);
      await Promise.all([context.store.insert(again), context.store.insert(again)]);
      await context.store.insert(again);
      await context.reopen();
      await context.store.insert(again);
      await expectBatch(context.store, tenant);
    });

    test(`of a token doubles nothing when ${batchesBetweenRepeats} batches came between`, async () => {
      const tenant = context.newTenant();
      const again = batch(tenant);
      await context.store.insert(again);
      const other = context.newTenant();
      for (let index = 0; index < batchesBetweenRepeats; index += 1) {
        const time = '2025-10-06T12:54:12Z';
        const event = eventRow({ tenant: other, index, position: index, id: `o${index}`, time });
        const node = { tenant: other, level: 0, index, hash: sampleHash(index) };
        await context.store.insert(batchOf(context.newToken(), [event], [node]));
      }
      await context.store.insert(again);
      await expectBatch(context.store, tenant);
    });

    test('takes batches without events, without nodes, and without either', async () => {
      const tenant = context.newTenant();
      const { events, nodes } = rows(tenant);
      await context.store.insert(batchOf(context.newToken(), [], []));
      await context.store.insert(batchOf(context.newToken(), events, []));
      await context.store.insert(batchOf(context.newToken(), [], nodes));
      await expectBatch(context.store, tenant);
    });

    test('takes rows of many tenants in one batch, and keeps them apart though their ids are the same', async () => {
      const tenants = [context.newTenant(), context.newTenant()];
      const parts = tenants.map(rows);
      // Now a row of one, now of the other.
      const events = parts[0]!.events.flatMap((row, i) => [row, parts[1]!.events[i]!]);
      const nodes = parts.flatMap((part) => part.nodes);
      await context.store.insert(batchOf(context.newToken(), events, nodes));
      for (const tenant of tenants) await expectBatch(context.store, tenant);
    });

    test('keeps the bytes of an entry exactly', async () => {
      const tenant = context.newTenant();
      const time = '2025-10-06T12:54:12.025979644Z';
      const event = eventRow({ tenant, index: 0, position: 1, id: 'quo"te\\\u2028\n\u0001é😀', time, actor: 'ü\t' });
      await context.store.insert(batchOf(context.newToken(), [event], []));
      const [stored] = await context.store.entries(tenant, 0, 1);
      expect(Buffer.compare(stored!.entry, event.entry)).toBe(0);
      const found = await context.store.findById(tenant, 'quo"te\\\u2028\n\u0001é😀', EVERYTHING);
      expect(found?.index).toBe(0);
    });

    test('check proves that the store works', async () => {
      await context.store.check();
    });
  });
}

async function expectBatch(store: EventStore, tenant: string): Promise<void> {
  const indexes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const entries = await store.entries(tenant, 0, 100);
  expect(entries.map(({ index, position }) => [index, position])).toEqual(
    indexes.map((index) => [index, 1024 + index]),
  );
  const page = await store.page({ tenant, before: EVERYTHING, limit: 100 });
  expect(page.map(({ index }) => index)).toEqual([...indexes].reverse());
  expect((await store.findById(tenant, 'e3', EVERYTHING))?.index).toBe(3);
  const found = await store.findByKeys(tenant, [{ id: 'e4' }], EVERYTHING);
  expect(found.map(({ index }) => index)).toEqual([4]);
  const hashes = await store.nodeHashes(tenant, 0, 0, 3);
  expect(Buffer.compare(hashes, Buffer.concat([0, 1, 2].map(sampleHash)))).toBe(0);
}

function month(index: number): string {
  return String(index + 1).padStart(2, '0');
}
