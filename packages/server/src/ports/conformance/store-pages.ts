import { parseFilter, TIME_MAX_NS, TIME_MIN_NS } from '@attestlog/event';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchOf } from '../batch-columns.js';
import type { CountQuery, PageQuery } from '../event-selection.js';
import { eventRow, type SampleEvent, timeNs } from './event-rows.js';
import type { StoreContext } from './store-harness.js';

/** Times that differ in the last digit, are equal though written differently, and lie in several months. */
const TIMES = [
  '2025-10-06T12:54:12.025979644Z',
  '2025-10-06T12:54:12.025979645Z',
  '2025-10-06T12:54:12Z',
  '2025-10-06T12:54:12.5Z',
  '2025-10-06T12:54:12.500000000Z',
  '2025-11-01T00:00:00Z',
  '2025-09-30T23:59:59.999999999Z',
];
const EVENT_COUNT = 60;

export function describeStorePages(context: StoreContext): void {
  describe('page', () => {
    let samples: SampleEvent[];
    const expected = (query: Omit<PageQuery, 'tenant'>) =>
      samples
        .filter((sample) => matches(sample, query))
        .sort(query.order === 'oldest' ? (a, b) => newestFirst(b, a) : newestFirst)
        .slice(0, query.limit)
        .map(({ index }) => index);
    const actual = async (query: Omit<PageQuery, 'tenant'>) => {
      const page = await context.store.page({ tenant: samples[0]!.tenant, ...query });
      return page.map(({ index }) => index);
    };

    beforeAll(async () => {
      const tenant = context.newTenant();
      samples = Array.from({ length: EVENT_COUNT }, (_, index) => ({
        tenant,
        index,
        position: 5000 + index * 3,
        id: `p${index}`,
        // Not in the order of the indexes.
        time: TIMES[(index * 5) % TIMES.length]!,
        actor: `user ${index % 3}'s`,
        action: index % 4 === 0 ? 'order.reject' : 'order.approve',
      }));
      const other = context.newTenant();
      const events = [...samples, ...samples.map((sample) => ({ ...sample, tenant: other }))].map(eventRow);
      await context.store.insert(batchOf(context.newToken(), events, []));
    });

    test('is ordered by time and then index, newest first, and has its limit', async () => {
      for (const limit of [1, 7, EVENT_COUNT, 500]) {
        expect(await actual({ before: 9000, limit })).toEqual(expected({ before: 9000, limit }));
        expect(await actual({ order: 'newest', before: 9000, limit })).toEqual(expected({ before: 9000, limit }));
      }
    });

    test('is ordered the other way where the oldest come first', async () => {
      const whole = await actual({ order: 'oldest', before: 9000, limit: 500 });
      expect(whole).toEqual(expected({ before: 9000, limit: 500 }).reverse());
      for (const limit of [1, 7, EVENT_COUNT]) {
        expect(await actual({ order: 'oldest', before: 9000, limit })).toEqual(whole.slice(0, limit));
      }
    });

    test.each(['newest', 'oldest'] as const)(
      'leads from key to key through every entry once, %s first',
      async (order) => {
        for (const limit of [1, 7, 20]) {
          const seen: number[] = [];
          let after: PageQuery['after'];
          for (;;) {
            const page = await actual({ order, before: 9000, limit, ...(after && { after }) });
            seen.push(...page);
            if (page.length === 0) break;
            const index = page.at(-1)!;
            after = { timeNs: timeNs(samples[index]!.time), index };
          }
          expect(seen).toEqual(expected({ order, before: 9000, limit: EVENT_COUNT }));
        }
      },
    );

    test.each(['newest', 'oldest'] as const)('starts after a key that no entry has, %s first', async (order) => {
      for (const after of [
        { timeNs: timeNs(TIMES[3]!) + 1n, index: 0 },
        { timeNs: timeNs(TIMES[3]!), index: EVENT_COUNT },
        { timeNs: TIME_MIN_NS - 1n, index: 0 },
        { timeNs: TIME_MAX_NS, index: Number.MAX_SAFE_INTEGER },
      ]) {
        const query = { order, before: 9000, limit: 99, after };
        expect(await actual(query)).toEqual(expected(query));
      }
    });

    test('has only entries whose position is smaller', async () => {
      for (const before of [0, 5000, 5001, 5090, 5000 + EVENT_COUNT * 3]) {
        expect(await actual({ before, limit: 99 })).toEqual(expected({ before, limit: 99 }));
      }
    });

    test('has both ends of the range of times', async () => {
      for (const from of TIMES) {
        for (const to of TIMES) {
          const query = { before: 9000, limit: 99, fromNs: timeNs(from), toNs: timeNs(to) };
          expect(await actual(query)).toEqual(expected(query));
        }
      }
    });

    const selections: [text: string, fits: (sample: SampleEvent) => boolean][] = [
      [`actor:"user 1's"`, ({ actor }) => actor === "user 1's"],
      ['action:order.rej*', ({ action }) => action === 'order.reject'],
      [
        `actor:"user 2's" -action:order.reject`,
        ({ actor, action }) => actor === "user 2's" && action !== 'order.reject',
      ],
      [`id:(p3,p5) OR actor:"user 0's"`, ({ id, actor }) => ['p3', 'p5'].includes(id) || actor === "user 0's"],
      [`time:>=${TIMES[0]}`, ({ time }) => timeNs(time) >= timeNs(TIMES[0]!)],
      ['-reason:*', () => true],
      ['metadata.amount:>5', () => false],
      ['any:approve', ({ action }) => action === 'order.approve'],
      ['-*', () => false],
      [`actor:"' OR 1 = 1 --"`, () => false],
    ];

    test.each(selections)('selects by %s', async (text, fits) => {
      const { filter } = parseFilter(text);
      for (const range of [{}, { fromNs: timeNs(TIMES[0]!) }, { after: { timeNs: timeNs(TIMES[5]!), index: 20 } }]) {
        const query = { before: 9000, limit: 7, ...range };
        const page = expected({ ...query, limit: EVENT_COUNT }).filter((index) => fits(samples[index]!));
        expect(filter && (await actual({ ...query, filter }))).toEqual(page.slice(0, 7));
      }
    });

    const count = (query: Omit<CountQuery, 'tenant'>) => context.store.count({ tenant: samples[0]!.tenant, ...query });

    test.each(selections)('counts what it selects by %s', async (text, fits) => {
      const { filter } = parseFilter(text);
      for (const range of [{ before: 9000 }, { before: 5090, fromNs: timeNs(TIMES[0]!), toNs: timeNs(TIMES[4]!) }]) {
        const all = expected({ ...range, limit: EVENT_COUNT }).filter((index) => fits(samples[index]!));
        expect(filter && (await count({ ...range, filter }))).toBe(all.length);
        for (const atMost of [1, 7, EVENT_COUNT, 10_000]) {
          expect(filter && (await count({ ...range, filter, atMost }))).toBe(Math.min(all.length, atMost));
        }
      }
    });

    test('counts nothing for a tenant that has nothing', async () => {
      expect(await context.store.count({ tenant: context.newTenant(), before: 9000 })).toBe(0);
      expect(await context.store.count({ tenant: context.newTenant(), before: 9000, atMost: 5 })).toBe(0);
    });

    test('is empty for a tenant that has nothing', async () => {
      expect(await context.store.page({ tenant: context.newTenant(), before: 9000, limit: 10 })).toEqual([]);
    });
  });
}

function matches(sample: SampleEvent, query: Omit<PageQuery, 'tenant'>): boolean {
  const { before, fromNs, toNs, after, order } = query;
  const time = timeNs(sample.time);
  const isBeyond = (of: { timeNs: bigint; index: number }) =>
    order === 'oldest'
      ? time > of.timeNs || (time === of.timeNs && sample.index > of.index)
      : time < of.timeNs || (time === of.timeNs && sample.index < of.index);
  return (
    sample.position < before &&
    (fromNs === undefined || time >= fromNs) &&
    (toNs === undefined || time <= toNs) &&
    (after === undefined || isBeyond(after))
  );
}

function newestFirst(a: SampleEvent, b: SampleEvent): number {
  const difference = timeNs(b.time) - timeNs(a.time);
  return difference === 0n ? b.index - a.index : difference > 0n ? 1 : -1;
}
