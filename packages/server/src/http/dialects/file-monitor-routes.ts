import { allOf, anyOf, type Filter, negate } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readQuery } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { has, is, keptMember } from './asked-conditions.js';
import { askedTimes } from './asked-times.js';
import { changeSchema, describeRecordOrRecords, exampleChange, recordSchema } from './described-records.js';
import { fileChangesOf } from './file-changes-route.js';
import { fileStats, statsSchema } from './file-stats.js';
import { fileMonitorForm } from './record-form.js';
import { postRecordOrRecords } from './record-intake.js';
import { pageParameters, recordPage } from './record-page.js';
import { PAGE_PROBLEMS, QUERY_PROBLEMS } from './route-problems.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };

const none = z.object({});
const historyQuery = z.object({
  ...pageParameters,
  startTime: z.string().max(64).optional().describe('Earliest event time, inclusive.'),
  endTime: z.string().max(64).optional().describe('Latest event time, inclusive.'),
});
const eventsAnswer = z.object({ events: z.array(recordSchema) });
const changesAnswer = z.object({ changes: z.array(recordSchema) });
const statsAnswer = z.object({ stats: statsSchema });

/** A lookup by one thing: the name of its parameter in the path, what it finds, and how. */
const lookups: readonly { path: string; parameter: string; summary: string; filter: (value: string) => Filter }[] = [
  {
    path: '/api/audit/file/:path',
    parameter: 'path',
    summary: 'What happened to a file, newest first',
    filter: (value) => is('path', 'file.path', [value]),
  },
  {
    path: '/api/audit/type/:type',
    parameter: 'type',
    summary: 'Events of a type, newest first',
    filter: ofType,
  },
  {
    path: '/api/audit/session/:sessionId',
    parameter: 'sessionId',
    summary: 'All events of a session, newest first',
    filter: (value) => is('sessionId', 'session_id', [value]),
  },
  {
    path: '/api/audit/checksum/:checksum',
    parameter: 'checksum',
    summary: 'Where a content was found: files with the same checksum, newest first',
    filter: (value) => is('checksum', 'file.checksum', [value]),
  },
  {
    path: '/api/audit/user/:userId',
    parameter: 'userId',
    summary: 'What a user did, newest first',
    filter: (value) => is('userId', 'actor.id', [value]),
  },
];

/** `/api/audit`: the interface of a file monitor's audit log. */
export function registerFileMonitorRoutes(app: FastifyInstance, services: Services): void {
  app.post(
    '/api/audit/events',
    {
      config: { access: WRITE },
      schema: describeRecordOrRecords(
        'Record changes of files: one, a list, {"events": […]}, or lines of JSON (NDJSON)',
        changeSchema,
        'events',
        'id',
      ),
    },
    (request, reply) => {
      readQuery(none, request.query);
      return postRecordOrRecords(request, reply, fileMonitorForm, services);
    },
  );
  for (const { path, parameter, summary, filter } of lookups) {
    app.get<{ Params: Record<string, string> }>(
      path,
      {
        config: { access: READ },
        schema: describeRoute(summary, {
          query: historyQuery,
          problems: PAGE_PROBLEMS,
          answers: { 200: { description: 'The events.', schema: eventsAnswer, example: { events: [exampleChange] } } },
        }),
      },
      (request, reply) => sendEvents(request, reply, filter(request.params[parameter]!), services),
    );
  }
  app.get(
    '/api/audit/stats',
    {
      config: { access: READ },
      schema: describeRoute('How much the tenant has recorded', {
        problems: QUERY_PROBLEMS,
        query: none,
        answers: {
          200: {
            description: 'Of all events that the caller may read.',
            schema: statsAnswer,
            example: {
              stats: { total_events: 2, storage_bytes: 1024, last_updated: '2025-10-06T12:54:13.000000000Z' },
            },
          },
        },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return reply.send({ stats: await fileStats(request, reply, services) });
    },
  );
  app.get<{ Params: { path: string } }>(
    '/api/audit/changes/:path',
    {
      config: { access: READ },
      schema: describeRoute('When the content of a file changed, newest first', {
        problems: PAGE_PROBLEMS,
        query: historyQuery,
        answers: { 200: { description: 'The changes.', schema: changesAnswer, example: { changes: [exampleChange] } } },
      }),
    },
    async (request, reply) => {
      const { startTime, endTime, ...page } = readQuery(historyQuery.omit({ cursor: true }), request.query);
      const query = {
        ...page,
        ...askedTimes(startTime, endTime),
        filter: is('path', 'file.path', [request.params.path]),
      };
      return reply.send({ changes: await fileChangesOf(request, reply, query, services) });
    },
  );
}

async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  filter: Filter,
  services: Services,
): Promise<FastifyReply> {
  const { startTime, endTime, ...page } = readQuery(historyQuery, request.query);
  const query = { ...page, ...askedTimes(startTime, endTime), filter };
  const { records } = await recordPage(request, reply, query, fileMonitorForm, services);
  return reply.send({ events: records });
}

/** Our word where it is one of ours; what else a monitor called it; and of events of elsewhere, their action. */
function ofType(type: string): Filter {
  const kept = keptMember('file-monitor', 'event_type.type');
  const known = ['created', 'modified', 'deleted', 'renamed'].includes(type);
  if (known) return is('type', 'file.change', [type]);
  return anyOf(is('type', kept, [type]), allOf(negate(has('file.change')), is('type', 'action', [type])));
}
