import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readQuery } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import { runQuery, shownCost } from '../search/run-query.js';
import type { Services } from '../services.js';
import {
  costSchema,
  describeRecord,
  describeRecords,
  exampleCost,
  exampleLog,
  logSchema,
  recordSchema,
} from './described-records.js';
import { cleanupSchema, previewCleanup } from './log-cleanup.js';
import { logStats, logStatsSchema } from './log-stats.js';
import { logFilters, logPageQuery, readLogQuery } from './logs-query.js';
import { sendRecord } from './one-record.js';
import { exportParameters, sendExport } from './record-export.js';
import { logForm } from './record-form.js';
import { postRecord, postRecords } from './record-intake.js';
import { recordPage, sayCost } from './record-page.js';
import { EXPORT_PROBLEMS, LOOK_UP_PROBLEMS, PAGE_PROBLEMS, QUERY_PROBLEMS } from './route-problems.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const CLEAN_UP: GuardedAccess = { permission: 'policies:update', of: 'tenant' };
const EXPORT: GuardedAccess = { permission: 'events:export', of: 'tenant' };

const none = z.object({});
const statsQuery = z.object(logFilters);
const exportQuery = z.object({ ...logFilters, ...exportParameters });
const pageAnswer = z.object({
  logs: z.array(recordSchema),
  next: z.string().nullable().describe('Cursor of the next page.'),
  previous: z.string().nullable().describe('Cursor of the page before.'),
  total: z.object({ value: z.number(), relation: z.enum(['exact', 'at-least']) }).optional(),
  behind: z.number().describe('Events that were acknowledged and are not searchable yet.'),
  cost: costSchema,
});

const FILE = { name: 'logs', columns: ['id', ...Object.keys(exampleLog), 'user_agent'] };

/** `/api/v1/logs`: the interface of a log API, but for its stream. */
export function registerLogApiRoutes(app: FastifyInstance, services: Services): void {
  app.post(
    '/api/v1/logs',
    { config: { access: WRITE }, schema: describeRecord('Record a log entry', logSchema, 'id') },
    (request, reply) => {
      readQuery(none, request.query);
      return postRecord(request, reply, logForm, services);
    },
  );
  app.post(
    '/api/v1/logs/bulk',
    { config: { access: WRITE }, schema: describeRecords('Record up to 1,000 log entries', logSchema, 'logs', 'id') },
    (request, reply) => {
      readQuery(none, request.query);
      return postRecords(request, reply, logForm, services);
    },
  );
  app.get(
    '/api/v1/logs',
    {
      config: { access: READ },
      schema: describeRoute('A page of log entries; metadata.NAME=VALUE asks for custom fields', {
        problems: PAGE_PROBLEMS,
        query: logPageQuery,
        answers: {
          200: {
            description: 'The entries, and where the next page is.',
            schema: pageAnswer,
            example: { logs: [exampleLog], next: null, previous: null, behind: 0, cost: exampleCost },
          },
        },
      }),
    },
    (request, reply) => getPage(request, reply, services),
  );
  app.get(
    '/api/v1/logs/export',
    {
      // It would read all that it does not send.
      exposeHeadRoute: false,
      config: { access: EXPORT },
      schema: describeRoute('All log entries that fit, as JSON or CSV, oldest first', {
        problems: EXPORT_PROBLEMS,
        query: exportQuery,
        answers: {
          200: {
            description: 'A file.',
            schema: z.array(recordSchema),
            otherTypes: ['text/csv'],
            example: [exampleLog],
          },
        },
      }),
    },
    (request, reply) => {
      const query = readLogQuery(exportQuery, request.query);
      return sendExport(request, reply, query, { form: logForm, file: FILE }, services);
    },
  );
  app.get(
    '/api/v1/logs/stats',
    {
      config: { access: READ },
      schema: describeRoute('What the log entries that fit come to', {
        problems: QUERY_PROBLEMS,
        query: statsQuery,
        answers: {
          200: {
            description: 'Counts by the words of the entries.',
            schema: logStatsSchema,
            example: {
              ...{ total: 1, storage_bytes: 700, first: exampleLog.timestamp, last: exampleLog.timestamp },
              ...{ by_action: { UPDATE: 1 }, by_severity: { WARNING: 1 } },
              ...{ by_resource_type: { order: 1 }, by_user: { 'u-1': 1 } },
            },
          },
        },
      }),
    },
    async (request, reply) => {
      const { filter, q, from, to } = readLogQuery(statsQuery, request.query);
      return reply.send(await logStats(request, reply, { filter, q, from, to }, services));
    },
  );
  app.delete(
    '/api/v1/logs/cleanup',
    {
      config: { access: CLEAN_UP },
      schema: describeRoute('What a cleanup by the tenant’s policy would remove', {
        problems: QUERY_PROBLEMS,
        query: none,
        answers: {
          200: {
            description: 'Nothing is removed yet.',
            schema: cleanupSchema,
            example: {
              ...{ dry_run: true, retention_days: 90, cleanup_enabled: true, would_remove: 12 },
              by_period: [{ retention_days: 90, older_than: '2025-07-08T12:54:12.025979644Z', entries: 12 }],
              holds: { whole_tenant: false, persons: 0 },
            },
          },
        },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const { value, cost } = await runQuery(request, reply, services, (options) =>
        previewCleanup(request, services, options),
      );
      sayCost(reply, cost);
      return reply.send(value);
    },
  );
  app.get<{ Params: { id: string } }>(
    '/api/v1/logs/:id',
    {
      config: { access: READ },
      schema: describeRoute('One log entry', {
        problems: LOOK_UP_PROBLEMS,
        query: none,
        answers: { 200: { description: 'The entry.', schema: recordSchema, example: { id: 'l-1', ...exampleLog } } },
      }),
    },
    (request, reply) => {
      readQuery(none, request.query);
      return sendRecord(request, reply, request.params.id, logForm, services);
    },
  );
}

async function getPage(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const query = readLogQuery(logPageQuery, request.query);
  const { records, cost, ...page } = await recordPage(request, reply, query, logForm, services);
  return reply.send({ logs: records, ...page, cost: shownCost(cost) });
}
