import { isTimeZone } from '@attestlog/questions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recordAct } from '../../access/audited-act.js';
import { Problem } from '../../errors.js';
import { readTimeRange } from '../../query/asked-time.js';
import { filterOf } from '../../query/event-filter.js';
import { type SavedSearchInput, savedSearchSchema } from '../../searches/saved-search-document.js';
import type { SavedSearch } from '../../searches/saved-searches.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { readerOf } from '../access/reader-of.js';
import { requireStanding, tenantOf } from '../access/tenant-of.js';
import { JSON_TYPE } from '../answers.js';
import { readJson } from '../body/json-body.js';
import { entityTag, requireRevision } from '../entity-tag.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { filterInBody, requireOneFilter } from './filter-query.js';
import { pageAnswerExample, pageAnswerSchema, pageJson } from './page-answer.js';
import { QUERY_PROBLEMS, runQuery } from './run-query.js';
import { savedSearchAnswerSchema, savedSearchExample, shownSearch } from './saved-search-answer.js';
import { PAGE_DEFAULT_EVENTS, PAGE_MAX_EVENTS, pageParameters } from './search-parameters.js';
import { shownEvents } from './shown-events.js';
import { projectionOf } from './shown-projection.js';

/** Whoever reads events keeps searches of their own; those that are shared are for who may `searches:manage`. */
const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const MANAGE = 'searches:manage';

const none = z.object({});
const runQuerySchema = z.object({
  cursor: pageParameters.cursor,
  total: pageParameters.total,
  limit: wholeNumber(1, PAGE_MAX_EVENTS)
    .optional()
    .describe(`Events on a page, 1 to ${PAGE_MAX_EVENTS}; ${PAGE_DEFAULT_EVENTS} if absent.`),
});

type SearchServices = Pick<
  Services,
  'searches' | 'reader' | 'queries' | 'audit' | 'privacy' | 'tenants' | 'limits' | 'delegations' | 'nowMs'
>;
interface IdParams {
  id: string;
}

const DESCRIBED_BODY = bodySchema(savedSearchSchema.extend({ filter: filterInBody.filter }));
const one = { description: 'The search.', schema: savedSearchAnswerSchema, example: savedSearchExample };
const INPUT_PROBLEMS = ['search-invalid', 'filter-invalid', 'tenant-gone'] as const;
const REVISION_PROBLEMS = ['search-unknown', 'revision-missing', 'revision-lost'] as const;

/** `/api/v1/searches`: searches that a tenant keeps, shared or of one person, and what they find. */
export function registerSavedSearchRoutes(app: FastifyInstance, services: SearchServices): void {
  app.get(
    '/api/v1/searches',
    {
      config: { access: READ },
      schema: describeRoute('The saved searches that the caller sees', {
        query: none,
        answers: {
          200: {
            description: 'By their names.',
            schema: z.object({ searches: z.array(savedSearchAnswerSchema) }),
            example: { searches: [savedSearchExample] },
          },
        },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const searches = await services.searches.list(request.tenant, request.principal.id);
      return reply.send({ searches: searches.map(shownSearch) });
    },
  );
  app.post(
    '/api/v1/searches',
    {
      config: { access: READ },
      schema: describeRoute('Save a search', {
        query: none,
        body: DESCRIBED_BODY,
        answers: { 201: one },
        problems: [...INPUT_PROBLEMS, 'limit-reached'],
      }),
    },
    (request, reply) => create(request, reply, services),
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/searches/:id',
    {
      config: { access: READ },
      schema: describeRoute('One saved search', { query: none, answers: { 200: one }, problems: ['search-unknown'] }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return sendSearch(reply, await searchOf(request, request.params.id, services));
    },
  );
  app.put<{ Params: IdParams }>(
    '/api/v1/searches/:id',
    {
      config: { access: READ },
      schema: describeRoute('Replace a saved search; needs If-Match', {
        query: none,
        body: DESCRIBED_BODY,
        answers: { 200: one },
        problems: [...INPUT_PROBLEMS, ...REVISION_PROBLEMS],
      }),
    },
    (request, reply) => replace(request, request.params.id, reply, services),
  );
  app.delete<{ Params: IdParams }>(
    '/api/v1/searches/:id',
    {
      config: { access: READ },
      schema: describeRoute('Delete a saved search; needs If-Match', {
        query: none,
        answers: { 204: { description: 'It is gone.' } },
        problems: REVISION_PROBLEMS,
      }),
    },
    (request, reply) => remove(request, request.params.id, reply, services),
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/searches/:id/events',
    {
      config: { access: READ },
      schema: describeRoute('What a saved search finds for the caller now', {
        query: runQuerySchema,
        answers: { 200: { description: 'A page of events', schema: pageAnswerSchema, example: pageAnswerExample } },
        problems: ['search-unknown', ...QUERY_PROBLEMS],
      }),
    },
    (request, reply) => run(request, request.params.id, reply, services),
  );
}

async function create(request: FastifyRequest, reply: FastifyReply, services: SearchServices): Promise<FastifyReply> {
  readQuery(none, request.query);
  const input = await readInput(request, services);
  requireStanding(await tenantOf(request, services));
  if (input.shared) requireManaging(request);
  const search = await services.searches.create(request.tenant, request.principal.id, input);
  await keepOnlyOfStanding(request, search, services);
  await record(request, 'create', search, services);
  reply.code(201).header('location', `/api/v1/searches/${search.id}`);
  return sendSearch(reply, search);
}

async function replace(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  services: SearchServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const search = await searchOf(request, id, services);
  requireRevision(request, search.revision);
  const input = await readInput(request, services);
  requireStanding(await tenantOf(request, services));
  if (search.document.shared || input.shared) requireManaging(request);
  const changed = await services.searches.replace(search, input);
  await record(request, 'update', changed, services);
  return sendSearch(reply, changed);
}

async function remove(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  services: SearchServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const search = await searchOf(request, id, services);
  requireRevision(request, search.revision);
  if (search.document.shared) requireManaging(request);
  await services.searches.delete(search);
  await record(request, 'delete', search, services);
  return reply.code(204).send();
}

/** With the grant of who runs it, whoever has made it; `@me` is who runs it, too. */
async function run(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  services: SearchServices,
): Promise<FastifyReply> {
  const { limit = PAGE_DEFAULT_EVENTS, ...page } = readQuery(runQuerySchema, request.query);
  const { document } = await searchOf(request, id, services);
  const { q, filter, from, to, time_zone: timeZone, order, fields } = document;
  const query = { q, filter, from, to, timeZone, order, ...page, limit };
  const { value, cost } = await runQuery(request, reply, services, (options) =>
    services.reader.page(request.tenant, query, readerOf(request), options),
  );
  const events = await shownEvents(request, 'event.search', value.entries, services, projectionOf(fields));
  return reply.type(JSON_TYPE).send(pageJson(value, events, cost));
}

/** @throws Problem `search-invalid`, and what a search like it would be answered with */
async function readInput(request: FastifyRequest, services: SearchServices): Promise<SavedSearchInput> {
  const input = await readJson(request, services.limits, savedSearchSchema, 'search-invalid');
  const { q, filter, from, to, time_zone: timeZone = 'UTC', fields } = input;
  requireOneFilter(input, 'search-invalid');
  if (!isTimeZone(timeZone)) {
    throw new Problem('search-invalid', { detail: '"time_zone" is none such as Europe/Berlin or UTC.' });
  }
  filterOf({ q, filter }, request.principal.subject);
  readTimeRange({ from, to }, { nowMs: services.nowMs(), timeZone });
  projectionOf(fields);
  projectionOf(input.columns);
  return input;
}

function searchOf(request: FastifyRequest, id: string, { searches }: SearchServices): Promise<SavedSearch> {
  return searches.get(request.tenant, id, request.principal.id);
}

/** @throws Problem `permission-denied` */
function requireManaging({ authorization, tenant }: FastifyRequest): void {
  if (!authorization.can(MANAGE, tenant)) throw new Problem('permission-denied', { members: { permission: MANAGE } });
}

/** A tenant that came to be deleted meanwhile may have lost its searches before this one was there. */
async function keepOnlyOfStanding(
  request: FastifyRequest,
  search: SavedSearch,
  services: SearchServices,
): Promise<void> {
  try {
    requireStanding(await tenantOf(request, services));
  } catch (error) {
    await services.searches.delete(search);
    throw error;
  }
}

/** Nothing of the search itself: what one looks for may be as personal as what one finds. */
function record(
  request: FastifyRequest,
  operation: 'create' | 'update' | 'delete',
  { tenant, id, document }: SavedSearch,
  services: SearchServices,
): Promise<void> {
  return recordAct(services.audit, administratorOf(request, services), {
    tenant,
    action: `search.${operation}`,
    operation,
    targets: [{ type: 'search', id }],
    metadata: { shared: document.shared },
  });
}

function sendSearch(reply: FastifyReply, search: SavedSearch): FastifyReply {
  return reply.header('etag', entityTag(search.revision)).send(shownSearch(search));
}
