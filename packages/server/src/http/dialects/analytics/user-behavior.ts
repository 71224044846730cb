import { type Count, numberIn, timeIn } from '../counted.js';
import type { ReportScope } from './analytics-query.js';

const MAX_NAMED = 50;
const MOST_FIRST = { measure: { kind: 'count' }, descending: true } as const;

export interface UserBehavior {
  events: number;
  users: number;
  sessions: number;
  first_seen: string | null;
  last_seen: string | null;
  by_action: { action: string; count: number }[];
  by_outcome: { outcome: string | null; count: number }[];
  by_hour: { hour: number; count: number }[];
  by_day: { day: string; count: number }[];
  by_service: { service_name: string | null; count: number }[];
}

/** What a user does, and when; without a user, what all of them do. */
export async function userBehavior(count: Count, scope: ReportScope): Promise<UserBehavior> {
  const whole = await count({
    ...scope,
    measures: [
      { kind: 'count' },
      { kind: 'distinct', field: 'actor.id' },
      { kind: 'distinct', field: 'session_id' },
      { kind: 'min', field: 'time' },
      { kind: 'max', field: 'time' },
    ],
  });
  const by = async (field: string) =>
    (await count({ ...scope, groupBy: [field], order: MOST_FIRST, limit: MAX_NAMED })).rows.map((row) => ({
      name: row.group[field] ?? null,
      count: numberIn(row, 'count'),
    }));
  const hours = (await count({ ...scope, every: 'hour', limit: 5000 })).rows;
  const summed = (part: (bucket: string) => string) => {
    const sums = new Map<string, number>();
    for (const row of hours) {
      const name = part(row.bucket ?? '');
      sums.set(name, (sums.get(name) ?? 0) + numberIn(row, 'count'));
    }
    return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const row = whole.rows[0]!;
  return {
    events: numberIn(row, 'count'),
    users: numberIn(row, 'distinct(actor.id)'),
    sessions: numberIn(row, 'distinct(session_id)'),
    first_seen: timeIn(row, 'min(time)'),
    last_seen: timeIn(row, 'max(time)'),
    by_action: (await by('action')).map(({ name, count: events }) => ({ action: name ?? '', count: events })),
    by_outcome: (await by('outcome')).map(({ name, count: events }) => ({ outcome: name, count: events })),
    by_hour: summed((bucket) => bucket.slice(11, 13)).map(([hour, events]) => ({ hour: Number(hour), count: events })),
    by_day: summed((bucket) => bucket.slice(0, 10)).map(([day, events]) => ({ day, count: events })),
    by_service: (await by('source.service')).map(({ name, count: events }) => ({ service_name: name, count: events })),
  };
}
