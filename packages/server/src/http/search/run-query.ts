import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../errors.js';
import type { QueryCost, ReadOptions } from '../../ports/read-options.js';
import type { Services } from '../services.js';

/** What a query found, and what it cost in all. */
export interface QueryOutcome<T> {
  value: T;
  cost: QueryCost;
}

/** What a route that runs a query of events may answer with, for its description. */
export const QUERY_PROBLEMS = [
  'filter-invalid',
  'cursor-invalid',
  'sealed-field',
  'grant-unanswerable',
  'reason-missing',
  'too-many-queries',
  'query-too-expensive',
] as const satisfies readonly ErrorCode[];

/**
 * Runs the queries of one request when it is its tenant's turn: they end when its client goes, and what they cost is
 * summed.
 *
 * @throws Problem `too-many-queries`, `query-too-expensive`, `query-cancelled`
 */
export async function runQuery<T>(
  { tenant }: FastifyRequest,
  reply: FastifyReply,
  { queries }: Pick<Services, 'queries'>,
  work: (options: ReadOptions) => Promise<T>,
): Promise<QueryOutcome<T>> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  reply.raw.once('close', onClose);
  // Where it went before, nothing will say so any more.
  if (reply.raw.destroyed) gone.abort();
  const cost: QueryCost = { rowsRead: 0, bytesRead: 0, elapsedMs: 0 };
  const onCost = (one: QueryCost) => {
    cost.rowsRead += one.rowsRead;
    cost.bytesRead += one.bytesRead;
    cost.elapsedMs += one.elapsedMs;
  };
  try {
    return {
      value: await queries.run(tenant, (limits) => work({ signal: gone.signal, onCost, limits }), gone.signal),
      cost,
    };
  } finally {
    reply.raw.off('close', onClose);
  }
}

/** The cost of a query as answers show it: `"cost": {"rows_read", "bytes_read", "milliseconds"}`. */
export function shownCost({ rowsRead, bytesRead, elapsedMs }: QueryCost): Record<string, number> {
  return { rows_read: rowsRead, bytes_read: bytesRead, milliseconds: Math.round(elapsedMs * 10) / 10 };
}
