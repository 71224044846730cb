import { expect, test } from 'vitest';
import { batchOf } from '../batch-columns.js';
import { eventRow, sampleHash } from './event-rows.js';
import type { StoreContext } from './store-harness.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const DAY = 20_367;

/** What concerns all entries of one tenant. */
export function describeStoreTenants(context: StoreContext): void {
  const insert = async (tenant: string, times: readonly string[], firstIndex = 0) => {
    const events = times.map((time, place) => {
      const index = firstIndex + place;
      return eventRow({
        tenant,
        index,
        position: 1024 + index,
        id: `u${index}`,
        time: '2025-01-01T00:00:00Z',
        receivedAt: time,
      });
    });
    const nodes = events.map(({ index }) => ({ tenant, level: 0, index, hash: sampleHash(index) }));
    await context.store.insert(batchOf(context.newToken(), events, nodes));
    return events.map(({ entry }) => entry.length);
  };

  test('usage by day of receipt counts events and bytes, of one tenant, below the position', async () => {
    const [tenant, other] = [context.newTenant(), context.newTenant()];
    const times = [
      '2025-10-06T00:00:00Z',
      '2025-10-06T23:59:59.999999999Z',
      '2025-10-07T00:00:00Z',
      '2025-10-09T12:00:00Z',
    ];
    const [a, b, c, d] = await insert(tenant, times);
    await insert(other, times.slice(0, 1));
    const { store } = context;
    expect(await store.usageByDay(tenant, DAY, DAY + 3, EVERYTHING)).toEqual([
      { day: DAY, events: 2, bytes: a! + b! },
      { day: DAY + 1, events: 1, bytes: c },
      { day: DAY + 3, events: 1, bytes: d },
    ]);
    expect(await store.usageByDay(tenant, DAY + 1, DAY + 2, EVERYTHING)).toEqual([
      { day: DAY + 1, events: 1, bytes: c },
    ]);
    expect(await store.usageByDay(tenant, DAY, DAY + 3, 1026)).toEqual([{ day: DAY, events: 2, bytes: a! + b! }]);
    expect(await store.usageByDay(tenant, 0, 40_000, EVERYTHING)).toHaveLength(3);
    expect(await store.usageByDay(context.newTenant(), 0, 40_000, EVERYTHING)).toEqual([]);
  });

  test('usage by kind counts events and bytes by the values of a field, the most frequent first', async () => {
    const [tenant, other] = [context.newTenant(), context.newTenant()];
    const row = (index: number, action: string, receivedAt: string, of = tenant) =>
      eventRow({ tenant: of, index, position: 1024 + index, id: `u${index}`, time: receivedAt, receivedAt, action });
    const rows = [
      row(0, 'order.approve', '2025-10-06T00:00:00Z'),
      row(1, 'user.login', '2025-10-06T10:00:00Z'),
      row(2, 'user.login', '2025-10-07T00:00:00Z'),
      row(3, 'cart.clear', '2025-10-06T00:00:01Z'),
      row(4, 'user.login', '2025-10-09T00:00:00Z'),
      row(0, 'user.login', '2025-10-06T00:00:00Z', other),
    ];
    await context.store.insert(batchOf(context.newToken(), rows, []));
    const bytes = rows.map(({ entry }) => entry.length);
    const days = { fromDay: DAY, toDay: DAY + 1, before: EVERYTHING, limit: 10 };
    const { store } = context;
    const byAction = await store.usageByKind(tenant, { ...days, kind: 'action' });
    expect(byAction).toEqual([
      { name: 'user.login', events: 2, bytes: bytes[1]! + bytes[2]! },
      { name: 'cart.clear', events: 1, bytes: bytes[3] },
      { name: 'order.approve', events: 1, bytes: bytes[0] },
    ]);
    expect(await store.usageByKind(tenant, { ...days, kind: 'action', limit: 1 })).toEqual(byAction.slice(0, 1));
    const severities = await store.usageByKind(tenant, { ...days, kind: 'severity', before: 1026 });
    expect(severities).toEqual([{ name: '', events: 2, bytes: bytes[0]! + bytes[1]! }]);
    expect(await store.usageByKind(context.newTenant(), { ...days, kind: 'outcome' })).toEqual([]);
  });

  test('deleted entries of a tenant are gone, its tree and other tenants stay; twice is as once', async () => {
    const [tenant, other] = [context.newTenant(), context.newTenant()];
    await insert(tenant, ['2025-09-06T00:00:00Z', '2025-10-06T00:00:00Z']);
    await insert(other, ['2025-10-06T00:00:00Z']);
    await context.store.deleteEntries(tenant);
    await context.store.deleteEntries(tenant);
    await context.store.deleteEntries(context.newTenant());
    await context.reopen();
    const { store } = context;
    expect(await store.entries(tenant, 0, 10)).toEqual([]);
    expect(await store.findById(tenant, 'u1', EVERYTHING)).toBeUndefined();
    expect(Buffer.from(await store.nodeHashes(tenant, 0, 0, 2))).toEqual(Buffer.concat([sampleHash(0), sampleHash(1)]));
    expect(await store.entries(other, 0, 10)).toHaveLength(1);
  });
}
