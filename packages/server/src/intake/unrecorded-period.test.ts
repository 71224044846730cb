import { eventInputSchema, parseTime } from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import {
  endOf,
  HOUR_NS,
  OpenPeriod,
  OTHER_NOUNS,
  SAMPLED_NOUNS_MAX_ITEMS,
  sum,
  type UnrecordedPeriod,
  unrecordedEvent,
} from './unrecorded-period.js';

const period: UnrecordedPeriod & { to: string } = {
  tenant: 'acme',
  from: '2025-10-06T12:10:00.000000000Z',
  to: '2025-10-06T13:00:00.000000000Z',
  saved_at: '2025-10-06T13:00:01.000000000Z',
  by_reason: { level: 7, sampling: 3 },
  sampled_out: { order: 3 },
};

describe('the event', () => {
  it('says what was left out, when and why, and is one that is admitted', () => {
    const event = unrecordedEvent('u-1', 'node-1', period);
    expect(eventInputSchema.safeParse(event).success).toBe(true);
    expect(event).toMatchObject({
      id: 'u-1',
      time: period.to,
      action: 'intake.leave_out',
      category: 'audit',
      message: '10 events were not recorded, by policy: level 7, sampling 3.',
      metadata: { total: 10, complete: true, by_reason: { level: 7, sampling: 3 }, sampled_out: { order: 3 } },
    });
  });

  it('of a process that was killed says that its counts are the least', () => {
    expect(unrecordedEvent('u-1', 'node-1', { ...period, cut_short: true })).toMatchObject({
      message: 'At least 10 events were not recorded, by policy: level 7, sampling 3.',
      metadata: { to: period.to, complete: false },
    });
  });
});

it('counts sampled events by noun, in so many nouns, and the rest together', () => {
  const counts = new OpenPeriod();
  for (let number = 0; number < SAMPLED_NOUNS_MAX_ITEMS + 10; number++) {
    for (let time = 0; time < 2; time++) counts.add({ reason: 'sampling', action: `noun-${number}.read` });
  }
  counts.add({ reason: 'level', action: 'constructor.read' });
  const { by_reason, sampled_out } = counts.counts();
  expect(by_reason).toEqual({ level: 1, sampling: 2 * (SAMPLED_NOUNS_MAX_ITEMS + 10) });
  expect(Object.keys(sampled_out)).toHaveLength(SAMPLED_NOUNS_MAX_ITEMS + 1);
  expect(sampled_out[OTHER_NOUNS]).toBe(20);
  expect(sum(sampled_out)).toBe(by_reason.sampling);
});

it('ends a period within its hour, and never before it began', () => {
  const moment = parseTime('2025-10-06T12:10:00Z') as { ns: bigint };
  expect(endOf(moment.ns, moment.ns + 5n)).toBe('2025-10-06T12:10:00.000000005Z');
  expect(endOf(moment.ns, moment.ns + HOUR_NS)).toBe('2025-10-06T13:00:00.000000000Z');
  expect(endOf(moment.ns, moment.ns - HOUR_NS)).toBe('2025-10-06T12:10:00.000000000Z');
});
