import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { EventQuery } from '../../query/event-reader.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readerOf } from '../access/reader-of.js';
import { JSON_TYPE } from '../answers.js';
import { readJson } from '../body/json-body.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { filterInBody, filterQuery, requireOneFilter } from './filter-query.js';
import { pageAnswerExample, pageAnswerSchema, pageJson } from './page-answer.js';
import { QUERY_PROBLEMS, runQuery } from './run-query.js';
import { PAGE_DEFAULT_EVENTS, PAGE_MAX_EVENTS, pageParameters, timeParameters } from './search-parameters.js';
import { shownEvents } from './shown-events.js';
import { fieldsInBody, fieldsQuery, projectionOf } from './shown-projection.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const LIMIT = `Events on a page, 1 to ${PAGE_MAX_EVENTS}; ${PAGE_DEFAULT_EVENTS} if absent.`;

type SearchServices = Pick<Services, 'reader' | 'queries' | 'audit' | 'privacy' | 'tenants' | 'limits'>;

const pageQuery = z.object({
  q: filterQuery.q,
  ...timeParameters,
  actor: filterQuery.actor,
  action: filterQuery.action,
  ...pageParameters,
  fields: fieldsQuery,
  limit: wholeNumber(1, PAGE_MAX_EVENTS).optional().describe(LIMIT),
});

export const searchBody = z.strictObject({
  ...filterInBody,
  ...timeParameters,
  ...pageParameters,
  fields: fieldsInBody,
  limit: z.int().min(1).max(PAGE_MAX_EVENTS).optional().describe(LIMIT),
});

const answers = { 200: { description: 'A page of events', schema: pageAnswerSchema, example: pageAnswerExample } };

/** `GET /api/v1/events` and `POST /api/v1/events/search`: pages of the events that a filter finds. */
export function registerSearchRoutes(app: FastifyInstance, services: SearchServices): void {
  app.get(
    '/api/v1/events',
    {
      config: { access: READ },
      schema: describeRoute('A page of events', { query: pageQuery, answers, problems: QUERY_PROBLEMS }),
    },
    (request, reply) => sendPage(request, reply, readQuery(pageQuery, request.query), services),
  );
  app.post(
    '/api/v1/events/search',
    {
      config: { access: READ },
      schema: describeRoute('Search for events', { body: bodySchema(searchBody), answers, problems: QUERY_PROBLEMS }),
    },
    async (request, reply) => {
      const asked = await readJson(request, services.limits, searchBody, 'query-invalid');
      requireOneFilter(asked);
      return sendPage(request, reply, asked, services);
    },
  );
}

interface Asked extends Omit<EventQuery, 'limit' | 'timeZone'> {
  time_zone?: string | undefined;
  fields?: string | readonly string[] | undefined;
  limit?: number | undefined;
}

async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { fields, time_zone: timeZone, limit = PAGE_DEFAULT_EVENTS, ...asked }: Asked,
  services: SearchServices,
): Promise<FastifyReply> {
  const projection = projectionOf(fields);
  const query: EventQuery = { ...asked, timeZone, limit };
  const { value: page, cost } = await runQuery(request, reply, services, (options) =>
    services.reader.page(request.tenant, query, readerOf(request), options),
  );
  const events = await shownEvents(request, 'event.search', page.entries, services, projection);
  return reply.type(JSON_TYPE).send(pageJson(page, events, cost));
}
