import type { Filter } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ReadOptions } from '../../ports/read-options.js';
import { placeOf } from '../../query/entry-place.js';
import type { EventPage, EventQuery } from '../../query/event-reader.js';
import { type Timeline, timelineOf } from '../../query/timeline.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readerOf } from '../access/reader-of.js';
import { JSON_TYPE } from '../answers.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { withMembers } from './history-route.js';
import { foundEventSchema, pageAnswerExample, pageAnswerSchema, pageJson } from './page-answer.js';
import { QUERY_PROBLEMS, runQuery } from './run-query.js';
import { PAGE_DEFAULT_EVENTS, PAGE_MAX_EVENTS, pageParameters, timeParameters } from './search-parameters.js';
import { shownEvents } from './shown-events.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };

type TimelineServices = Pick<Services, 'reader' | 'queries' | 'audit' | 'privacy' | 'tenants'>;

const timelineQuery = z.object({
  ...timeParameters,
  ...pageParameters,
  order: pageParameters.order.describe('Which events come first; of an actor the newest if absent, else the oldest.'),
  limit: wholeNumber(1, PAGE_MAX_EVENTS)
    .optional()
    .describe(`Events on a page, 1 to ${PAGE_MAX_EVENTS}; ${PAGE_DEFAULT_EVENTS} if absent.`),
});

export const timelineSchema = pageAnswerSchema.extend({
  events: z.array(
    foundEventSchema.extend({
      offset_ms: z.number().describe('Milliseconds since the first event of all pages; of an actor, of this page.'),
      gap_ms: z.number().nullable().describe('Milliseconds since the event before it; null for the first of the page.'),
    }),
  ),
  timeline: z
    .object({
      from: z.string().nullable(),
      to: z.string().nullable(),
      duration_ms: z.number(),
      longest_gap_ms: z.number(),
      actors: z.array(z.object({ id: z.string().nullable(), type: z.string().nullable(), events: z.int() })),
      services: z.array(z.object({ service: z.string(), events: z.int() })),
    })
    .describe('What this page comes to.'),
});

const [exampleEvent] = pageAnswerExample.events;
const timelineExample = {
  ...pageAnswerExample,
  events: [{ ...exampleEvent, offset_ms: 0, gap_ms: null }],
  timeline: {
    from: '2025-10-06T12:54:12.025979644Z',
    to: '2025-10-06T12:54:12.025979644Z',
    duration_ms: 0,
    longest_gap_ms: 0,
    actors: [{ id: 'jane', type: 'user', events: 1 }],
    services: [],
  },
};

interface Kind {
  path: string;
  summary: string;
  filter: (id: string) => Filter;
  order: 'newest' | 'oldest';
}

const is = (field: string, value: string): Filter => ({ op: 'is', field, values: [value] });

const kinds: readonly Kind[] = [
  {
    path: '/api/v1/actors/:id/activity',
    summary: 'What one actor did, and what was done on their behalf',
    filter: (id) => ({ op: 'or', filters: [is('actor.id', id), is('actor.on_behalf_of.id', id)] }),
    order: 'newest',
  },
  {
    path: '/api/v1/sessions/:id/timeline',
    summary: 'The events of one session, in the order of their times',
    filter: (id) => is('session_id', id),
    order: 'oldest',
  },
  {
    path: '/api/v1/correlations/:id/timeline',
    summary: 'The events that one correlation id joins, in the order of their times',
    filter: (id) => is('correlation_id', id),
    order: 'oldest',
  },
];

/** `/api/v1/actors`, `/api/v1/sessions` and `/api/v1/correlations`: events as a timeline. */
export function registerTimelineRoutes(app: FastifyInstance, services: TimelineServices): void {
  const answers = { 200: { description: 'A page of the timeline', schema: timelineSchema, example: timelineExample } };
  for (const kind of kinds) {
    app.get<{ Params: { id: string } }>(
      kind.path,
      {
        config: { access: READ },
        schema: describeRoute(kind.summary, { query: timelineQuery, answers, problems: QUERY_PROBLEMS }),
      },
      (request, reply) => sendTimeline(request, kind, request.params.id, reply, services),
    );
  }
}

async function sendTimeline(
  request: FastifyRequest,
  { filter, order: usualOrder }: Kind,
  id: string,
  reply: FastifyReply,
  services: TimelineServices,
): Promise<FastifyReply> {
  const { time_zone: timeZone, limit = PAGE_DEFAULT_EVENTS, ...asked } = readQuery(timelineQuery, request.query);
  const query: EventQuery = { ...asked, order: asked.order ?? usualOrder, timeZone, limit, filter: filter(id) };
  const { value, cost } = await runQuery(request, reply, services, async (options) => {
    const page = await services.reader.page(request.tenant, query, readerOf(request), options);
    const firstNs = usualOrder === 'oldest' ? await firstTime(request, query, page, services, options) : undefined;
    return { page, timeline: timelineOf(page.entries, firstNs) };
  });
  const { page, timeline } = value;
  const shown = await shownEvents(request, 'event.search', page.entries, services);
  const events = shown.map((event, place) => {
    const { offsetMs, gapMs } = timeline.steps[place]!;
    return withMembers(event, { offset_ms: offsetMs, gap_ms: gapMs });
  });
  return reply.type(JSON_TYPE).send(withMembers(pageJson(page, events, cost), { timeline: shownTimeline(timeline) }));
}

/** The time of the first event on all pages; undefined where it is on this one, or there is none. */
async function firstTime(
  request: FastifyRequest,
  query: EventQuery,
  { previous, next }: EventPage,
  { reader }: TimelineServices,
  options: ReadOptions,
): Promise<bigint | undefined> {
  const isFirst = query.order === 'oldest' ? previous === null : next === null;
  if (isFirst) return undefined;
  const first: EventQuery = { ...query, order: 'oldest', cursor: undefined, total: undefined, limit: 1 };
  const [entry] = (await reader.page(request.tenant, first, readerOf(request), options)).entries;
  return entry && placeOf(entry).timeNs;
}

function shownTimeline({ from, to, durationMs, longestGapMs, actors, services }: Timeline): object {
  return { from, to, duration_ms: durationMs, longest_gap_ms: longestGapMs, actors, services };
}
