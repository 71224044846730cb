import { allOf } from '@attestlog/event';
import { Problem } from '../../../errors.js';
import type { AggregateResultRow } from '../../../query/aggregation/aggregate-query.js';
import { type Count, numberIn } from '../counted.js';
import { FAILED, LOGINS, type ReportScope } from './analytics-query.js';

const MAX_NAMED = 20;
const MOST_FIRST = { measure: { kind: 'count' }, descending: true } as const;

interface Tally {
  logins: number;
  failed: number;
}

export interface LoginPatterns {
  logins: number;
  failed: number;
  users: number;
  /** By the hour of the day, 0 to 23. */
  by_hour: ({ hour: number } & Tally)[];
  by_day: ({ day: string } & Tally)[];
  /** Those with the most logins. */
  by_user: ({ user_id: string } & Tally)[];
  /** The addresses with the most failed logins; null where the tenant seals addresses. */
  failed_by_ip_address: { ip_address: string; failed: number; users: number }[] | null;
}

/** Who logs in when, and where it fails. */
export async function loginPatterns(count: Count, scope: ReportScope): Promise<LoginPatterns> {
  const logins = { ...scope, filter: allOf(scope.filter, LOGINS) };
  const failed = { ...logins, filter: allOf(logins.filter, FAILED) };
  const whole = await count({ ...logins, measures: [{ kind: 'count' }, { kind: 'distinct', field: 'actor.id' }] });
  const hours = (await count({ ...logins, groupBy: ['outcome'], every: 'hour' })).rows;
  const users = await count({ ...logins, groupBy: ['actor.id'], order: MOST_FIRST, limit: MAX_NAMED });
  const failedUsers = await count({ ...failed, groupBy: ['actor.id'], order: MOST_FIRST, limit: 1000 });
  const failedOf = new Map(failedUsers.rows.map((row) => [row.group['actor.id'], numberIn(row, 'count')]));
  return {
    logins: numberIn(whole.rows[0]!, 'count'),
    failed: hours.filter(hasFailed).reduce((sum, row) => sum + numberIn(row, 'count'), 0),
    users: numberIn(whole.rows[0]!, 'distinct(actor.id)'),
    by_hour: tallied(hours, ({ bucket = '' }) => bucket.slice(11, 13)).map(([hour, tally]) => ({
      hour: Number(hour),
      ...tally,
    })),
    by_day: tallied(hours, ({ bucket = '' }) => bucket.slice(0, 10)).map(([day, tally]) => ({ day, ...tally })),
    by_user: users.rows.flatMap((row) => {
      const user = row.group['actor.id'];
      if (typeof user !== 'string') return [];
      return [{ user_id: user, logins: numberIn(row, 'count'), failed: failedOf.get(user) ?? 0 }];
    }),
    failed_by_ip_address: await failedByAddress(count, failed),
  };
}

/** What is sealed cannot be grouped by. */
async function failedByAddress(count: Count, failed: ReportScope): Promise<LoginPatterns['failed_by_ip_address']> {
  try {
    const { rows } = await count({
      ...failed,
      groupBy: ['source.ip'],
      measures: [{ kind: 'count' }, { kind: 'distinct', field: 'actor.id' }],
      order: MOST_FIRST,
      limit: MAX_NAMED,
    });
    return rows.flatMap((row) => {
      const address = row.group['source.ip'];
      if (typeof address !== 'string') return [];
      return [{ ip_address: address, failed: numberIn(row, 'count'), users: numberIn(row, 'distinct(actor.id)') }];
    });
  } catch (error) {
    if (error instanceof Problem && error.code === 'sealed-field') return null;
    throw error;
  }
}

function hasFailed({ group }: AggregateResultRow): boolean {
  return group.outcome === 'failure' || group.outcome === 'denied';
}

/** Logins by a part of the time at which their hour begins, in the order of that part. */
function tallied(hours: readonly AggregateResultRow[], partOf: (row: AggregateResultRow) => string): [string, Tally][] {
  const tallies = new Map<string, Tally>();
  for (const row of hours) {
    const part = partOf(row);
    const tally = tallies.get(part) ?? { logins: 0, failed: 0 };
    tally.logins += numberIn(row, 'count');
    if (hasFailed(row)) tally.failed += numberIn(row, 'count');
    tallies.set(part, tally);
  }
  return [...tallies].sort(([a], [b]) => (a < b ? -1 : 1));
}
