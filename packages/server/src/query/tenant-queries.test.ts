import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { Problem } from '../errors.js';
import { type QueryLimits, TenantQueries, type TenantQueriesParts } from './tenant-queries.js';

const LIMITS: QueryLimits = { maxRunning: 3, maxRunningPerTenant: 2, maxWaitingPerTenant: 3, maxWaitMs: 1000 };

/** A query that runs until it is told to end. */
interface Started {
  tenant: string;
  end(error?: Error): void;
}

function sample(limits: Partial<QueryLimits> = {}, allowanceOf?: TenantQueriesParts['allowanceOf']) {
  const clock = new MemoryClock();
  const queries = new TenantQueries({ limits: { ...LIMITS, ...limits }, clock, allowanceOf });
  const running: Started[] = [];
  const order: string[] = [];
  const ask = (tenant: string, signal?: AbortSignal) => {
    const work = () =>
      new Promise<string>((resolve, reject) => {
        const started: Started = {
          tenant,
          end: (error) => {
            running.splice(running.indexOf(started), 1);
            if (error === undefined) resolve(tenant);
            else reject(error);
          },
        };
        running.push(started);
        order.push(tenant);
      });
    const answer = queries.run(tenant, work, signal);
    answer.catch(() => undefined);
    return answer;
  };
  return { clock, queries, running, order, ask };
}

/** Lets everything go on that waits for nothing but its turn on the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('queries of tenants', () => {
  test('of one tenant leave room for another’s, however many they are', async () => {
    const { ask, order, running, queries } = sample();
    for (let i = 0; i < 5; i += 1) ask('heavy');
    ask('other');
    await settle();
    expect(order).toEqual(['heavy', 'heavy', 'other']);
    expect([queries.running, queries.waiting]).toEqual([3, 3]);
    for (const query of [...running]) query.end();
    await settle();
    expect(order.slice(3)).toEqual(['heavy', 'heavy']);
  });

  test('wait in a fair queue: who has the fewest running, and then who was served longest ago', async () => {
    const { ask, order, running } = sample({ maxRunning: 2, maxRunningPerTenant: 1 });
    ask('a');
    ask('b');
    for (const tenant of ['a', 'a', 'c', 'b', 'c']) ask(tenant);
    await settle();
    for (let turn = 0; turn < 5; turn += 1) {
      running[0]!.end();
      await settle();
    }
    expect(order.join('')).toBe('abacbac');
  });

  test('are as many at once as the tenant’s plan says, and no more than any tenant’s', async () => {
    const planned: Record<string, number> = { free: 1, pro: 2, grown: 9 };
    const { ask, order } = sample({ maxRunning: 9 }, (tenant) => ({ maxRunning: planned[tenant]!, reads: {} }));
    for (const tenant of ['free', 'pro', 'grown']) for (let i = 0; i < 3; i += 1) ask(tenant);
    await settle();
    expect(order.sort()).toEqual(['free', 'grown', 'grown', 'pro', 'pro']);
  });

  test('are told what their reads may use, by the plan as it is when they come', async () => {
    let maxRows = 100;
    const { queries } = sample({}, async () => ({ maxRunning: 1, reads: { maxRows } }));
    const told = () => queries.run('a', async (limits) => limits);
    expect(await told()).toEqual({ maxRows: 100 });
    maxRows = 200;
    expect(await told()).toEqual({ maxRows: 200 });
  });

  test('are refused at the bound on waiting, and told when to come again', async () => {
    const { ask, queries } = sample({ maxWaitMs: 2500 });
    for (let i = 0; i < 5; i += 1) ask('a');
    const refused = ask('a');
    await expect(refused).rejects.toMatchObject({ code: 'too-many-queries', status: 429, retryAfterSeconds: 3 });
    expect(queries.ended.refused).toBe(1);
    expect(queries.waiting).toBe(3);
  });

  test('are refused when their turn does not come in time, and not run then', async () => {
    const { ask, clock, running, order, queries } = sample();
    for (let i = 0; i < 3; i += 1) ask('a');
    await settle();
    clock.advance(999);
    await settle();
    expect(queries.waiting).toBe(1);
    clock.advance(1);
    await settle();
    expect([queries.waiting, queries.ended.refused]).toEqual([0, 1]);
    running[0]!.end();
    await settle();
    expect(order).toHaveLength(2);
  });

  test('leave the queue when nobody wants them any more', async () => {
    const { ask, running, order, queries } = sample();
    ask('a');
    ask('a');
    const gone = new AbortController();
    const given = ask('a', gone.signal);
    ask('a');
    await settle();
    gone.abort();
    await expect(given).rejects.toMatchObject({ code: 'query-cancelled' });
    running[0]!.end();
    await settle();
    expect(order).toHaveLength(3);
    expect(queries.ended).toMatchObject({ answered: 1, cancelled: 1 });
    await expect(ask('b', AbortSignal.abort())).rejects.toMatchObject({ code: 'query-cancelled' });
  });

  test('that fail make room, and are counted by how they ended', async () => {
    const { ask, running, queries } = sample({ maxRunningPerTenant: 1 });
    for (const code of ['query-too-expensive', 'query-cancelled', 'store-unavailable'] as const) {
      const failed = ask('a');
      await settle();
      running[0]!.end(new Problem(code));
      await expect(failed).rejects.toMatchObject({ code });
    }
    expect(queries.ended).toEqual({ answered: 0, refused: 0, cancelled: 1, exhausted: 1, failed: 1 });
    expect(queries.running).toBe(0);
  });

  test('keep every bound, and all of them end, whatever comes in which order', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), tenant: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ kind: fc.constantFrom('end' as const, 'give-up' as const, 'wait' as const), which: fc.nat(9) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { ask, clock, queries, running } = sample();
        const asked: { answer: Promise<string>; gone: AbortController }[] = [];
        for (const each of steps) {
          if (each.kind === 'ask') {
            const gone = new AbortController();
            asked.push({ answer: ask(each.tenant, gone.signal), gone });
          } else if (each.kind === 'end') running[each.which % Math.max(1, running.length)]?.end();
          else if (each.kind === 'give-up') asked[each.which % Math.max(1, asked.length)]?.gone.abort();
          else clock.advance(each.which * 100);
          await settle();
          expect(running.length).toBeLessThanOrEqual(LIMITS.maxRunning);
          for (const tenant of 'abcd') {
            const own = running.filter((query) => query.tenant === tenant).length;
            expect(own).toBeLessThanOrEqual(LIMITS.maxRunningPerTenant);
          }
          // Nobody waits while there is room: of a tenant that waits, all that may run do.
          if (running.length === 0) expect(queries.waiting).toBe(0);
        }
        while (running.length > 0) {
          running[0]!.end();
          await settle();
        }
        await Promise.allSettled(asked.map(({ answer }) => answer));
        expect([queries.running, queries.waiting]).toEqual([0, 0]);
      }),
    );
  });
});
