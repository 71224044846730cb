import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AggregateQuery, AggregateResult, AggregateResultRow } from '../../query/aggregation/aggregate-query.js';
import { readerOf } from '../access/reader-of.js';
import { recordRead } from '../access/record-read.js';
import { runQuery } from '../search/run-query.js';
import type { Services } from '../services.js';
import { sayCost } from './record-page.js';

export type CountingServices = Pick<Services, 'aggregates' | 'queries' | 'audit' | 'tenants'>;

/** Answers a query about the events that the caller may read. */
export type Count = (query: AggregateQuery) => Promise<AggregateResult>;

/**
 * Counts events that the caller may read, by any number of queries that are one to its limits. It is on record before it
 * is handed out, and the header `Query-Cost` says what it cost.
 *
 * @throws Problem those of {@link Aggregator.run}
 */
export async function counted<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  services: CountingServices,
  work: (count: Count) => Promise<T>,
): Promise<T> {
  const { value, cost } = await runQuery(request, reply, services, (options) =>
    work((query) => services.aggregates.run(request.tenant, query, readerOf(request), options)),
  );
  await recordRead(request, 'event.search', 0, services);
  sayCost(reply, cost);
  return value;
}

/** A measure of a row that is a number; 0 where there is none. */
export function numberIn({ measures }: AggregateResultRow, name: string): number {
  const value = measures[name];
  return typeof value === 'number' ? value : 0;
}

/** A measure of a row that is a time; null where there is none. */
export function timeIn({ measures }: AggregateResultRow, name: string): string | null {
  const value = measures[name];
  return typeof value === 'string' ? value : null;
}
