import { allOf, type Filter, formatNs, isMoment, parseTime } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { grantOfExtent } from '../../access/authorization.js';
import { Problem } from '../../errors.js';
import { filterOf } from '../../query/event-filter.js';
import type { FollowRequest } from '../../stream/live-tail.js';
import { flag, readQuery, wholeNumber } from '../parameters.js';
import { filterQuery } from '../search/filter-query.js';

/** The parameters of a stream that say where it begins and ends. */
export const streamQuery = {
  from_index: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Index of the first event; absent: what is sealed from now on. The header Last-Event-ID goes before it.'),
  since: z.string().optional().describe('Begin with what was received at this time or later, RFC 3339.'),
  follow: flag.optional().describe('With false, the stream ends at the end of the log; true if absent.'),
};

/** The parameters of a stream. */
export const liveQuery = z.object({ ...filterQuery, ...streamQuery });

/**
 * What a request wants to follow, and what its grants give it.
 * @throws Problem `query-invalid`, `filter-invalid`
 */
export function followRequest(request: FastifyRequest): FollowRequest {
  const { from_index, since, follow, ...asked } = readQuery(liveQuery, request.query);
  return followedBy(request, filterOf(asked, request.principal.subject), { from_index, since, follow });
}

/**
 * The same where it is known which events are wanted.
 * @throws Problem `query-invalid`
 */
export function followedBy(
  request: FastifyRequest,
  asked: Filter,
  { from_index, since, follow }: z.output<z.ZodObject<typeof streamQuery>>,
): FollowRequest {
  const lastId = request.headers['last-event-id'];
  const sinceNs = since === undefined ? undefined : momentOf(since);
  const start = startOf(lastId === undefined ? undefined : String(lastId), from_index, sinceNs);
  return {
    tenant: request.tenant,
    asked: allOf(asked, receivedSince(sinceNs)),
    grant: grantOf(request),
    follow: follow !== false,
    ...(start === undefined ? {} : { start }),
  };
}

/** The header comes first: a client that connects again by itself sends it beside what it began with. */
function startOf(lastId: string | undefined, fromIndex: number | undefined, sinceNs: bigint | undefined) {
  if (lastId !== undefined && lastId !== '') {
    if (/^\d{1,15}$/.test(lastId)) return { index: Number(lastId) + 1 };
    throw new Problem('query-invalid', { detail: 'Last-Event-ID must be the index of an event.' });
  }
  if (fromIndex !== undefined) return { index: fromIndex };
  return sinceNs === undefined ? undefined : { sinceNs };
}

function momentOf(since: string): bigint {
  const moment = parseTime(since);
  if (isMoment(moment)) return moment.ns;
  throw new Problem('query-invalid', {
    detail: `"since" must be an RFC 3339 time such as 2025-10-06T12:54:12Z: ${moment.message}`,
  });
}

/** The stream begins about there: the rest is for the filter to say. */
function receivedSince(sinceNs: bigint | undefined): Filter {
  return sinceNs === undefined ? EVERYTHING : { op: 'range', field: 'received_at', gte: formatNs(sinceNs) };
}

const EVERYTHING: Filter = { op: 'always' };

/** Which of the tenant's events the caller's grants let them watch. */
export function grantOf({ authorization, tenant }: FastifyRequest): Filter {
  return grantOfExtent(authorization.extentOf('events:stream', tenant)) ?? EVERYTHING;
}
