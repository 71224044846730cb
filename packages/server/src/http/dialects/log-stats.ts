import type { Filter } from '@attestlog/event';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AggregateResultRow } from '../../query/aggregation/aggregate-query.js';
import { keptMember } from './asked-conditions.js';
import { type CountingServices, counted, numberIn, timeIn } from './counted.js';

/** Users and kinds of things that are named; there may be more. */
const MAX_NAMED = 100;
const KEPT_ACTION = keptMember('logs', 'action');

const counts = z.record(z.string(), z.number());

export const logStatsSchema = z.object({
  total: z.number(),
  storage_bytes: z.number().describe('Bytes of the entries.'),
  first: z.string().nullable().describe('The earliest timestamp.'),
  last: z.string().nullable().describe('The latest timestamp.'),
  by_action: counts,
  by_severity: counts,
  by_resource_type: counts.describe(`Of the ${MAX_NAMED} most frequent.`),
  by_user: counts.describe(`Of the ${MAX_NAMED} most frequent.`),
});
export type LogStats = z.infer<typeof logStatsSchema>;

export interface LogSelection {
  filter: Filter;
  q?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const MOST_FIRST = { measure: { kind: 'count' }, descending: true } as const;

/** What the log entries that fit come to, in the words of the dialect. */
export async function logStats(
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, q, from, to }: LogSelection,
  services: CountingServices,
): Promise<LogStats> {
  const asked = { filter, q, from, to };
  return counted(request, reply, services, async (count) => {
    const whole = await count({
      ...asked,
      measures: [{ kind: 'count' }, { kind: 'bytes' }, { kind: 'min', field: 'time' }, { kind: 'max', field: 'time' }],
    });
    const grouped = async (groupBy: string[], limit: number) =>
      (await count({ ...asked, groupBy, order: MOST_FIRST, limit })).rows;
    const row = whole.rows[0] ?? { group: {}, measures: {} };
    return {
      total: numberIn(row, 'count'),
      storage_bytes: numberIn(row, 'bytes'),
      first: timeIn(row, 'min(time)'),
      last: timeIn(row, 'max(time)'),
      by_action: summed(await grouped([KEPT_ACTION, 'operation'], 1000), actionOf),
      by_severity: summed(await grouped(['severity'], MAX_NAMED), ({ group }) => group.severity?.toUpperCase()),
      by_resource_type: summed(await grouped(['targets.type'], MAX_NAMED), ({ group }) => group['targets.type']),
      by_user: summed(await grouped(['actor.id'], MAX_NAMED), ({ group }) => group['actor.id']),
    };
  });
}

/** As the entry is written; an event of elsewhere without an operation has no action of the dialect. */
function actionOf({ group }: AggregateResultRow): string | undefined {
  const [kept, operation] = Object.values(group);
  return kept ?? (operation === 'read' ? 'VIEW' : operation?.toUpperCase());
}

/** @param nameOf what an entry is counted under; undefined or null: nothing */
function summed(
  rows: readonly AggregateResultRow[],
  nameOf: (row: AggregateResultRow) => string | null | undefined,
): Record<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const name = nameOf(row);
    if (name !== undefined && name !== null) sums.set(name, (sums.get(name) ?? 0) + numberIn(row, 'count'));
  }
  return Object.fromEntries(sums);
}
