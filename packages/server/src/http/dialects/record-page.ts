import type { Filter, JsonObject } from '@attestlog/event';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { QueryCost } from '../../ports/read-options.js';
import type { EventPage } from '../../query/event-reader.js';
import { readerOf } from '../access/reader-of.js';
import { wholeNumber } from '../parameters.js';
import { runQuery, shownCost } from '../search/run-query.js';
import type { Services } from '../services.js';
import type { RecordForm } from './record-form.js';
import { type ShowingServices, shownRecords } from './shown-records.js';

export type PageServices = Pick<Services, 'reader' | 'queries'> & ShowingServices;

export const MAX_PAGE = 1000;
export const DEFAULT_PAGE = 100;

/** How a page is asked for, in every dialect. */
export const pageParameters = {
  limit: wholeNumber(1, MAX_PAGE).optional().describe(`Records at most, 1 to ${MAX_PAGE}; ${DEFAULT_PAGE} if absent.`),
  cursor: z
    .string()
    .max(512)
    .optional()
    .describe('Goes on after a page: the "next" of its answer, or of its header Link.'),
};

/** Which records: a tree, times, and how many. */
export interface RecordQuery {
  filter: Filter;
  q?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  order?: 'newest' | 'oldest' | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
  total?: 'exact' | 'estimate' | undefined;
}

export interface RecordPage extends Omit<EventPage, 'entries'> {
  records: JsonObject[];
  cost: QueryCost;
}

/**
 * A page of records as the caller may see them. Says in the header `Link` (RFC 8288) where the next one is, and in
 * `Query-Cost` what it cost, so that answers whose bodies others have defined say it too.
 *
 * @throws Problem those of {@link EventReader.page} and {@link shownRecords}
 */
export async function recordPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, q, from, to, order, limit = DEFAULT_PAGE, cursor, total }: RecordQuery,
  form: RecordForm,
  services: PageServices,
): Promise<RecordPage> {
  // Member by member: parameters of a dialect may have names that mean something else to the reader.
  const query = { filter, q, from, to, order, limit, cursor, total };
  const { value, cost } = await runQuery(request, reply, services, (options) =>
    services.reader.page(request.tenant, query, readerOf(request), options),
  );
  const { entries, ...page } = value;
  const records = await shownRecords(request, 'event.search', entries, form, services);
  sayCost(reply, cost);
  if (page.next !== null) sayNext(request, reply, { cursor: page.next });
  return { ...page, records, cost };
}

/** Says where an answer goes on: the same request with other parameters. */
export function sayNext(request: FastifyRequest, reply: FastifyReply, parameters: Record<string, string>): void {
  const [path, search = ''] = request.url.split('?', 2) as [string, string?];
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(parameters)) query.set(name, value);
  reply.header('link', `<${path}?${query}>; rel="next"`);
}

/** As a dictionary of structured fields (RFC 9651, section 3.2). */
export function sayCost(reply: FastifyReply, cost: QueryCost): void {
  const members = Object.entries(shownCost(cost)).map(([name, value]) => `${name}=${value}`);
  reply.header('query-cost', members.join(', '));
}
