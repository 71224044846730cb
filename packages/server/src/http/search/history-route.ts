import type { Filter } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { changesOf, isAbout } from '../../query/target-changes.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readerOf } from '../access/reader-of.js';
import { JSON_TYPE } from '../answers.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { foundEventSchema, pageAnswerExample, pageAnswerSchema, pageJson } from './page-answer.js';
import { QUERY_PROBLEMS, runQuery } from './run-query.js';
import { PAGE_DEFAULT_EVENTS, PAGE_MAX_EVENTS, pageParameters, timeParameters } from './search-parameters.js';
import { shownEvents } from './shown-events.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };

type HistoryServices = Pick<Services, 'reader' | 'queries' | 'audit' | 'privacy' | 'tenants'>;

const historyQuery = z.object({
  ...timeParameters,
  ...pageParameters,
  limit: wholeNumber(1, PAGE_MAX_EVENTS)
    .optional()
    .describe(`Events on a page, 1 to ${PAGE_MAX_EVENTS}; ${PAGE_DEFAULT_EVENTS} if absent.`),
});

const fieldChangeSchema = z.object({
  pointer: z.string().describe('Which field of the target (RFC 6901).'),
  before: z.unknown().optional().describe('Absent: the field was not there.'),
  after: z.unknown().optional().describe('Absent: the field is not there any more.'),
  sealed: z.literal(true).optional().describe('A value is sealed: "personal" has what the reader sees of it.'),
});

export const historySchema = pageAnswerSchema.extend({
  events: z.array(
    foundEventSchema.extend({
      changed: z
        .array(fieldChangeSchema)
        .optional()
        .describe('What changed, field by field; absent where the event does not say, or in a payload of its own.'),
      truncated: z.literal(true).optional().describe('There are more changes than are listed.'),
    }),
  ),
});

const [exampleEvent] = pageAnswerExample.events;
const historyExample = {
  ...pageAnswerExample,
  events: [{ ...exampleEvent, changed: [{ pointer: '/status', before: 'open', after: 'approved' }] }],
};

interface TargetParams {
  type: string;
  id: string;
}

/** `GET /api/v1/targets/{type}/{id}/history`: the events about one thing, each with what it changed. */
export function registerHistoryRoute(app: FastifyInstance, services: HistoryServices): void {
  app.get<{ Params: TargetParams }>(
    '/api/v1/targets/:type/:id/history',
    {
      config: { access: READ },
      schema: describeRoute('The events about one target, each with what changed', {
        query: historyQuery,
        answers: { 200: { description: 'A page of the history', schema: historySchema, example: historyExample } },
        problems: QUERY_PROBLEMS,
      }),
    },
    (request, reply) => sendHistory(request, request.params, reply, services),
  );
}

async function sendHistory(
  request: FastifyRequest,
  { type, id }: TargetParams,
  reply: FastifyReply,
  services: HistoryServices,
): Promise<FastifyReply> {
  const { time_zone: timeZone, limit = PAGE_DEFAULT_EVENTS, ...asked } = readQuery(historyQuery, request.query);
  const query = { ...asked, timeZone, limit, filter: aboutTarget(type, id) };
  const { value: page, cost } = await runQuery(request, reply, services, (options) =>
    services.reader.page(request.tenant, query, readerOf(request), options),
  );
  // An event with several targets may have the type of one and the id of another.
  const entries = page.entries.filter((entry) => isAbout(entry, type, id));
  const shown = await shownEvents(request, 'event.search', entries, services);
  const events = shown.map((event, place) => withMembers(event, changesOf(entries[place]!)));
  return reply.type(JSON_TYPE).send(pageJson({ ...page, entries }, events, cost));
}

function aboutTarget(type: string, id: string): Filter {
  return {
    op: 'and',
    filters: [
      { op: 'is', field: 'targets.id', values: [id] },
      { op: 'is', field: 'targets.type', values: [type] },
    ],
  };
}

/** An object in JSON with further members; its own bytes stay as they are. */
export function withMembers(json: string, members: object | undefined): string {
  const more = members === undefined ? '' : JSON.stringify(members).slice(1, -1);
  return more === '' ? json : `${json.slice(0, -1)},${more}}`;
}
