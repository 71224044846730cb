import { beforeAll, describe, expect, test } from 'vitest';
import type { Aggregation } from '../aggregation.js';
import { batchOf } from '../batch-columns.js';
import type { QueryCost } from '../read-options.js';
import { eventRow, timeNs } from './event-rows.js';
import type { StoreContext } from './store-harness.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const COUNT = { kind: 'count' } as const;

/** Actor, action and time of each event. */
const sample = [
  ['u1', 'order.approve', '2025-10-06T00:00:00Z'],
  ['u2', 'order.approve', '2025-10-06T00:59:59.999999999Z'],
  ['u1', 'user.login', '2025-10-06T01:00:00Z'],
  ['u1', 'user.login', '2025-10-06T03:00:00Z'],
  ['u3', 'cart.clear', '2025-10-06T03:00:00.5Z'],
] as const;
const hours = ['00', '01', '02', '03'].map((hour) => timeNs(`2025-10-06T${hour}:00:00Z`));

/** Counts and measures by fields and time. That two stores agree on all of them is tested beside the engine's adapter. */
export function describeStoreAggregates(context: StoreContext): void {
  describe('aggregates', () => {
    let tenant: string;
    beforeAll(async () => {
      const other = context.newTenant();
      tenant = context.newTenant();
      const rows = sample.map(([actor, action, time], index) =>
        eventRow({ tenant, index, position: 1024 + index, id: `e${index}`, time, actor, action }),
      );
      const foreign = eventRow({ tenant: other, index: 0, position: 1, id: 'f', time: sample[0][2] });
      await context.store.insert(batchOf(context.newToken(), [...rows, foreign], []));
    });
    const run = (query: Partial<Aggregation>) =>
      context.store.aggregate({
        tenant,
        before: EVERYTHING,
        groupBy: [],
        measures: [COUNT],
        having: [],
        order: { measure: 0, descending: true },
        limit: 10,
        ...query,
      });
    const row = (group: string[], measures: unknown[], bucket?: number) => ({ group, bucket, measures });

    test('are of one tenant, below the position, of a time and a filter', async () => {
      const count = async (query: Partial<Aggregation>) => (await run(query)).rows[0]?.measures[0];
      expect(await count({})).toBe(5);
      expect(await count({ before: 1026 })).toBe(2);
      expect(await count({ fromNs: hours[1]!, toNs: hours[3]! })).toBe(2);
      expect(await count({ filter: { op: 'is', field: 'actor.id', values: ['u1'] } })).toBe(3);
      expect(await count({ tenant: context.newTenant() })).toBe(0);
    });

    test('are those of groups, in their order, cut and bounded', async () => {
      const groups = [row(['order.approve'], [2]), row(['user.login'], [2]), row(['cart.clear'], [1])];
      const byAction = { groupBy: ['action'] };
      expect(await run(byAction)).toEqual({ rows: groups, truncated: false });
      expect(await run({ ...byAction, limit: 3 })).toEqual({ rows: groups, truncated: false });
      expect(await run({ ...byAction, limit: 2 })).toEqual({ rows: groups.slice(0, 2), truncated: true });
      const having = [{ measure: 0, lt: 2 }];
      expect(await run({ ...byAction, having })).toEqual({ rows: groups.slice(2), truncated: false });
      const { rows } = await run({ ...byAction, order: { descending: true } });
      expect(rows.map(({ group }) => group[0])).toEqual(['user.login', 'order.approve', 'cart.clear']);
    });

    test('are those of stretches of time, of all groups that are left', async () => {
      const bucketStartsNs = hours;
      expect((await run({ bucketStartsNs })).rows).toEqual([row([], [2], 0), row([], [1], 1), row([], [2], 3)]);
      const top = { kind: 'top', field: 'action', k: 1 } as const;
      const series = await run({ bucketStartsNs, groupBy: ['actor.id'], limit: 1, measures: [COUNT, top] });
      expect(series).toEqual({
        rows: [
          row(['u1'], [1, [{ value: 'order.approve', count: 1 }]], 0),
          row(['u1'], [1, [{ value: 'user.login', count: 1 }]], 1),
          row(['u1'], [1, [{ value: 'user.login', count: 1 }]], 3),
        ],
        truncated: true,
      });
      expect(await run({ bucketStartsNs, having: [{ measure: 0, gt: 5 }] })).toEqual({ rows: [], truncated: false });
    });

    test('say nothing where there is nothing to say, and cost what they cost', async () => {
      const measures = [
        COUNT,
        { kind: 'sum', field: 'metadata.amount' },
        { kind: 'max', field: 'time' },
        { kind: 'closest', events: 2 },
        { kind: 'closest-values', field: 'action', values: 2 },
      ] as const;
      const { rows } = await run({ groupBy: ['actor.id'], measures });
      expect(rows).toEqual([
        row(['u1'], [3, null, hours[3], hours[1]! - hours[0]!, hours[1]! - hours[0]!]),
        row(['u2'], [1, null, hours[1]! - 1n, null, null]),
        row(['u3'], [1, null, hours[3]! + 500_000_000n, null, null]),
      ]);
      const costs: QueryCost[] = [];
      const query = { tenant, before: EVERYTHING, groupBy: ['actor.id'], bucketStartsNs: hours, measures };
      const order = { measure: 0, descending: true };
      const options = { onCost: (cost: QueryCost) => costs.push(cost) };
      const costed = await context.store.aggregate({ ...query, having: [], order, limit: 2 }, options);
      expect(costed).toEqual(await run({ ...query, limit: 2 }));
      expect(costs.length).toBeGreaterThan(0);
    });
  });
}
