import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import type { Problem } from '../errors.js';
import { SoleDayCounter } from './day-counter.js';
import { type Limits, UNLIMITED } from './plans.js';
import { Quotas, type ThresholdCrossing } from './quotas.js';
import type { Tenant } from './tenant-directory.js';

let clock: MemoryClock;
let usage: { eventsToday: number; storageBytes: number };
let asked: number;
let crossed: ThresholdCrossing[];
let quotas: Quotas;

beforeEach(() => {
  clock = new MemoryClock();
  usage = { eventsToday: 0, storageBytes: 0 };
  asked = 0;
  crossed = [];
  quotas = open();
});

function open(): Quotas {
  return new Quotas({
    plans: UNLIMITED,
    clock,
    usage: async () => {
      asked += 1;
      return { ...usage };
    },
    openDay: (_tenant, _day, limit, used) => new SoleDayCounter(limit, used),
    onThreshold: (crossing) => crossed.push(crossing),
  });
}

function tenantWith(limits: Limits, revision = 1): Tenant {
  return { id: 'acme', revision, document: { created_at: '', plan: 'unlimited', limits } };
}

/** Takes and stores all of it; resolves with the problem where it is refused. */
async function record(tenant: Tenant, events: number, bytes = 0): Promise<Problem | undefined> {
  try {
    const charge = await quotas.take(tenant, events, bytes);
    charge.settle(events, bytes);
    return undefined;
  } catch (error) {
    return error as Problem;
  }
}

test('a tenant without limits is never counted', () => {
  const charge = quotas.take(tenantWith({}), 1_000_000, 1e12);
  expect(charge).not.toBeInstanceOf(Promise);
  expect(asked).toBe(0);
});

describe('events a day', () => {
  test('are taken up to the limit and not beyond, and what is refused says until when', async () => {
    const tenant = tenantWith({ eventsPerDay: 100 });
    expect(await record(tenant, 99)).toBeUndefined();
    const refused = await record(tenant, 2);
    expect(refused).toMatchObject({ code: 'quota-exceeded', members: { limit: 'eventsPerDay', max: 100 } });
    const secondsOfDay = Number((clock.nowNs() / 1_000_000_000n) % 86_400n);
    expect(refused!.retryAfterSeconds).toBe(86_400 - secondsOfDay);
    expect(await record(tenant, 1)).toBeUndefined();
    expect((await record(tenant, 1))?.code).toBe('quota-exceeded');
    expect(asked).toBe(1);
  });

  test('begin anew with the next day', async () => {
    const tenant = tenantWith({ eventsPerDay: 10 });
    await record(tenant, 10);
    clock.advance(86_400_000);
    expect(await record(tenant, 10)).toBeUndefined();
  });

  test('go on after a restart from what the log holds', async () => {
    usage.eventsToday = 95;
    const tenant = tenantWith({ eventsPerDay: 100 });
    expect((await record(tenant, 6))?.code).toBe('quota-exceeded');
    expect(await record(tenant, 5)).toBeUndefined();
  });

  test('that were not stored after all are given back', async () => {
    const tenant = tenantWith({ eventsPerDay: 10 });
    const charge = await quotas.take(tenant, 10, 0);
    charge.settle(3, 0);
    expect(await record(tenant, 7)).toBeUndefined();
    expect((await record(tenant, 1))?.code).toBe('quota-exceeded');
  });

  test('taken by many requests at once are never more than the limit', async () => {
    const tenant = tenantWith({ eventsPerDay: 50 });
    const results = await Promise.all(Array.from({ length: 100 }, () => record(tenant, 1)));
    expect(results.filter((problem) => problem === undefined)).toHaveLength(50);
    expect(asked).toBe(1);
  });

  test('under way while the plan changes are counted still', async () => {
    const charge = await quotas.take(tenantWith({ eventsPerDay: 10 }), 8, 0);
    const raised = tenantWith({ eventsPerDay: 12 }, 2);
    expect((await record(raised, 5))?.code).toBe('quota-exceeded');
    charge.settle(6, 0);
    expect(await record(raised, 6)).toBeUndefined();
    expect((await record(raised, 1))?.code).toBe('quota-exceeded');
  });

  test('of the server itself count, and are never refused', async () => {
    const tenant = tenantWith({ eventsPerDay: 10 });
    await record(tenant, 5);
    quotas.count('acme', 7, 0);
    expect((await record(tenant, 1))?.code).toBe('quota-exceeded');
  });
});

describe('the rate', () => {
  test('lets a burst through and then says when to come again', async () => {
    const tenant = tenantWith({ eventsPerSecond: 100 });
    expect(await record(tenant, 1000)).toBeUndefined();
    expect(await record(tenant, 150)).toMatchObject({ retryAfterSeconds: 2, members: { limit: 'eventsPerSecond' } });
    clock.advance(1500);
    expect(await record(tenant, 150)).toBeUndefined();
  });

  test('refuses what is as large as what was refused unread, until that would fit, and lets smaller through', async () => {
    const tenant = tenantWith({ eventsPerSecond: 100 });
    await record(tenant, 950);
    await expect(async () => quotas.take(tenant, 100, 0, 50_000)).rejects.toMatchObject({ code: 'quota-exceeded' });
    expect(() => quotas.refuseUnread(tenant, 50_000)).toThrow();
    expect(() => quotas.refuseUnread(tenant, 49_999)).not.toThrow();
    expect(() => quotas.refuseUnread({ ...tenant, revision: 2 }, 50_000)).not.toThrow();
    clock.advance(500);
    expect(() => quotas.refuseUnread(tenant, 50_000)).not.toThrow();
  });

  test('says that a batch is too large for it ever', async () => {
    const refused = await record(tenantWith({ eventsPerSecond: 1 }), 1001);
    expect(refused?.detail).toMatch(/smaller batches/);
  });

  test('does not count what another limit refused', async () => {
    const tenant = tenantWith({ eventsPerSecond: 100, eventsPerDay: 10 });
    for (let i = 0; i < 20; i++) await record(tenant, 1000);
    expect(await record(tenant, 10)).toBeUndefined();
  });
});

describe('storage', () => {
  test('is refused beyond the limit, and comes back when the store holds less', async () => {
    usage.storageBytes = 900;
    const tenant = tenantWith({ storageBytes: 1000 });
    expect(await record(tenant, 1, 100)).toBeUndefined();
    expect((await record(tenant, 1, 1))?.members).toMatchObject({ limit: 'storageBytes' });
    usage.storageBytes = 0;
    clock.advance(600_000);
    await record(tenant, 1, 1);
    await Promise.resolve();
    expect(await record(tenant, 1, 500)).toBeUndefined();
  });
});

test('80 and 100 percent are told once a day each', async () => {
  const tenant = tenantWith({ eventsPerDay: 10 });
  for (let i = 0; i < 12; i++) await record(tenant, 1);
  expect(crossed.map(({ limit, percent, used }) => [limit, percent, used])).toEqual([
    ['eventsPerDay', 80, 8],
    ['eventsPerDay', 100, 10],
  ]);
  clock.advance(86_400_000);
  await record(tenant, 9);
  expect(crossed).toHaveLength(3);
});

test('a charge says how it stands with the limits', async () => {
  const charge = await quotas.take(tenantWith({ eventsPerSecond: 100, eventsPerDay: 5000 }), 500, 0);
  expect(charge.states()).toMatchObject([
    { limit: 'eventsPerSecond', max: 1000, windowSeconds: 10, remaining: 500, resetSeconds: 5 },
    { limit: 'eventsPerDay', max: 5000, windowSeconds: 86_400, remaining: 4500 },
  ]);
});
