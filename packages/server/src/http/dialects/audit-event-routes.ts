import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readQuery } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import { shownCost } from '../search/run-query.js';
import type { Services } from '../services.js';
import { auditEventFilters, auditEventPageQuery, readAuditEventQuery } from './audit-events-query.js';
import {
  auditEventSchema,
  costSchema,
  describeRecord,
  describeRecords,
  exampleAuditEvent,
  exampleCost,
  recordSchema,
} from './described-records.js';
import { turnToTenant } from './named-tenant.js';
import { sendRecord } from './one-record.js';
import { exportParameters, sendExport } from './record-export.js';
import { auditEventForm } from './record-form.js';
import { postRecord, postRecords } from './record-intake.js';
import { recordPage } from './record-page.js';
import { EXPORT_PROBLEMS, LOOK_UP_PROBLEMS, PAGE_PROBLEMS } from './route-problems.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const EXPORT: GuardedAccess = { permission: 'events:export', of: 'tenant' };

const none = z.object({});
const exportQuery = z.object({ ...auditEventFilters, ...exportParameters });
export const auditEventsAnswer = z.object({
  events: z.array(recordSchema),
  next: z.string().nullable().describe('Cursor of the next page.'),
  previous: z.string().nullable().describe('Cursor of the page before.'),
  behind: z.number().describe('Events that were acknowledged and are not searchable yet.'),
  cost: costSchema,
});

const FILE = {
  name: 'audit-events',
  columns: [
    ...['audit_id', 'timestamp', 'event_type', 'user_id', 'session_id', 'ip_address', 'user_agent', 'resource_type'],
    ...['resource_id', 'action', 'status', 'request_data', 'response_data', 'metadata', 'tenant_id', 'service_name'],
    ...['correlation_id', 'retention_period_days', 'created_at', 'partition_date'],
  ],
};

/** `/api/v1/audit/events`: the interface of an audit framework on a data warehouse. */
export function registerAuditEventRoutes(app: FastifyInstance, services: Services): void {
  app.post(
    '/api/v1/audit/events',
    { config: { access: WRITE }, schema: describeRecord('Record an audit event', auditEventSchema, 'audit_id') },
    (request, reply) => {
      readQuery(none, request.query);
      return postRecord(request, reply, auditEventForm, services);
    },
  );
  app.post(
    '/api/v1/audit/events/batch',
    {
      config: { access: WRITE },
      schema: describeRecords('Record up to 1,000 audit events', auditEventSchema, 'events', 'audit_id'),
    },
    (request, reply) => {
      readQuery(none, request.query);
      return postRecords(request, reply, auditEventForm, services);
    },
  );
  app.get(
    '/api/v1/audit/events',
    {
      config: { access: READ },
      schema: describeRoute('A page of audit events; metadata.NAME=VALUE asks for custom fields', {
        problems: PAGE_PROBLEMS,
        query: auditEventPageQuery,
        answers: {
          200: {
            description: 'The events, and where the next page is.',
            schema: auditEventsAnswer,
            example: { events: [exampleAuditEvent], next: null, previous: null, behind: 0, cost: exampleCost },
          },
        },
      }),
    },
    (request, reply) => getPage(request, reply, services),
  );
  app.get(
    '/api/v1/audit/events/export',
    {
      // It would read all that it does not send.
      exposeHeadRoute: false,
      config: { access: EXPORT },
      schema: describeRoute('All audit events that fit, as JSON or CSV, oldest first', {
        problems: EXPORT_PROBLEMS,
        query: exportQuery,
        answers: {
          200: {
            description: 'A file.',
            schema: z.array(recordSchema),
            otherTypes: ['text/csv'],
            example: [exampleAuditEvent],
          },
        },
      }),
    },
    async (request, reply) => {
      const { tenant_id: tenant, ...query } = readAuditEventQuery(exportQuery, request.query);
      await turnToTenant(request, tenant, EXPORT.permission, services);
      return sendExport(request, reply, query, { form: auditEventForm, file: FILE }, services);
    },
  );
  app.get<{ Params: { audit_id: string } }>(
    '/api/v1/audit/events/:audit_id',
    {
      config: { access: READ },
      schema: describeRoute('One audit event', {
        problems: LOOK_UP_PROBLEMS,
        query: none,
        answers: { 200: { description: 'The event.', schema: recordSchema, example: exampleAuditEvent } },
      }),
    },
    (request, reply) => {
      readQuery(none, request.query);
      return sendRecord(request, reply, request.params.audit_id, auditEventForm, services);
    },
  );
}

async function getPage(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { tenant_id: tenant, ...query } = readAuditEventQuery(auditEventPageQuery, request.query);
  await turnToTenant(request, tenant, READ.permission, services);
  const { records, cost, total: _, ...page } = await recordPage(request, reply, query, auditEventForm, services);
  return reply.send({ events: records, ...page, cost: shownCost(cost) });
}
