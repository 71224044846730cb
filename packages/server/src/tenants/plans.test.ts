import { describe, expect, test } from 'vitest';
import { limitsOf, readLimits, UNLIMITED } from './plans.js';

describe('limits in words', () => {
  test('are read with their units', () => {
    expect(readLimits('events-per-day=100000, events-per-second=100,storage=10GiB,request=4MiB')).toEqual({
      eventsPerDay: 100_000,
      eventsPerSecond: 100,
      storageBytes: 10 * 1024 ** 3,
      requestBytes: 4 * 1024 ** 2,
    });
    expect(readLimits('queries=2,query-seconds=20,query-rows=500000,query-memory=512MiB')).toEqual({
      queriesAtOnce: 2,
      querySeconds: 20,
      queryRows: 500_000,
      queryMemoryBytes: 512 * 1024 ** 2,
    });
    expect(readLimits('')).toEqual({});
  });

  test.each([
    ['events=1', 'there is no limit "events"'],
    ['storage', '"storage" must be storage=NUMBER'],
    ['storage=much', 'must be'],
    ['events-per-second=0', 'at least 1'],
    ['storage=1=2', 'must be'],
  ])('%s is told', (text, expected) => {
    expect(readLimits(text)).toContain(expected);
  });
});

test("a tenant's own limits stand in the place of its plan's", () => {
  const plans = { ...UNLIMITED, free: { eventsPerDay: 10, requestBytes: 2048 } };
  expect(limitsOf(plans, 'free', { eventsPerDay: 20, storageBytes: undefined })).toEqual({
    eventsPerDay: 20,
    requestBytes: 2048,
  });
});
