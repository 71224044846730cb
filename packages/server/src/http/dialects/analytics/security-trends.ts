import { allOf, type Filter } from '@attestlog/event';
import { type Count, numberIn } from '../counted.js';
import { FAILED, fixedFilter, LOGINS, PERMISSION_CHANGES, type ReportScope } from './analytics-query.js';

/** What is counted for each day. */
const TRENDS = {
  events: { op: 'always' },
  denied: fixedFilter('outcome:denied'),
  failed_logins: allOf(LOGINS, FAILED),
  permission_changes: PERMISSION_CHANGES,
  deletions: fixedFilter('operation:delete'),
  exports: fixedFilter('operation:export OR action:(*export*,*download*)'),
} as const satisfies Record<string, Filter>;
type Trend = keyof typeof TRENDS;

export type SecurityTrends = { totals: Record<Trend, number> } & {
  by_day: ({ day: string } & Record<Trend, number>)[];
};

/** What matters to security, day by day, days without any too. */
export async function securityTrends(count: Count, scope: ReportScope): Promise<SecurityTrends> {
  const names = Object.keys(TRENDS) as Trend[];
  const none = Object.fromEntries(names.map((name) => [name, 0])) as Record<Trend, number>;
  const totals = { ...none };
  const days = new Map<string, Record<Trend, number>>();
  for (const name of names) {
    const { rows } = await count({
      ...scope,
      filter: allOf(scope.filter, TRENDS[name]),
      every: 'day',
      fill: true,
      limit: 5000,
    });
    for (const row of rows) {
      const day = (row.bucket ?? '').slice(0, 10);
      const counts = days.get(day) ?? { ...none };
      counts[name] = numberIn(row, 'count');
      totals[name] += counts[name];
      days.set(day, counts);
    }
  }
  return { totals, by_day: [...days].map(([day, counts]) => ({ day, ...counts })) };
}
