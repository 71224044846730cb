import { allOf } from '@attestlog/event';
import { type Count, numberIn, timeIn } from '../counted.js';
import { PERMISSION_CHANGES, type ReportScope } from './analytics-query.js';

const MAX_ACTIONS = 200;
const MOST_FIRST = { measure: { kind: 'count' }, descending: true } as const;

export interface PermissionUsage {
  /** What was done or tried, the most frequent first: each action is the use of the permission to it. */
  actions: { action: string; used: number; denied: number; users: number; last_used: string | null }[];
  /** Whether there are more actions than are named. */
  truncated: boolean;
  /** Grants, revocations and other changes of roles and permissions. */
  changes: { action: string; count: number; last: string | null }[];
}

/** Which permissions are used, by how many, which are refused, and how permissions changed. */
export async function permissionUsage(count: Count, scope: ReportScope): Promise<PermissionUsage> {
  const used = await count({
    ...scope,
    groupBy: ['action'],
    measures: [{ kind: 'count' }, { kind: 'distinct', field: 'actor.id' }, { kind: 'max', field: 'time' }],
    order: MOST_FIRST,
    limit: MAX_ACTIONS,
  });
  const denials = await count({
    ...scope,
    filter: allOf(scope.filter, { op: 'is', field: 'outcome', values: ['denied'] }),
    groupBy: ['action'],
    limit: 1000,
  });
  const deniedOf = new Map(denials.rows.map((row) => [row.group.action, numberIn(row, 'count')]));
  const changes = await count({
    ...scope,
    filter: allOf(scope.filter, PERMISSION_CHANGES),
    groupBy: ['action'],
    measures: [{ kind: 'count' }, { kind: 'max', field: 'time' }],
    order: MOST_FIRST,
    limit: MAX_ACTIONS,
  });
  return {
    actions: used.rows.map((row) => {
      const denied = deniedOf.get(row.group.action!) ?? 0;
      return {
        action: row.group.action ?? '',
        used: numberIn(row, 'count') - denied,
        denied,
        users: numberIn(row, 'distinct(actor.id)'),
        last_used: timeIn(row, 'max(time)'),
      };
    }),
    truncated: used.truncated,
    changes: changes.rows.map((row) => ({
      action: row.group.action ?? '',
      count: numberIn(row, 'count'),
      last: timeIn(row, 'max(time)'),
    })),
  };
}
