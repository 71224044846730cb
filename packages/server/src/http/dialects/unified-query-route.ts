import { allOf, bounds, type Filter, filterBounds } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TENANT_ID } from '../../tenants/tenant-document.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readJson } from '../body/json-body.js';
import { readQuery } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import { shownCost } from '../search/run-query.js';
import type { Services } from '../services.js';
import { filterOfReport } from './analytics/analytics-query.js';
import { is, jsonPath, messageWords } from './asked-conditions.js';
import { askedTimes } from './asked-times.js';
import { auditEventsAnswer } from './audit-event-routes.js';
import { filterOfAuditEvents } from './audit-events-query.js';
import { exampleAuditEvent, exampleCost } from './described-records.js';
import { turnToTenant } from './named-tenant.js';
import { auditEventForm } from './record-form.js';
import { DEFAULT_PAGE, MAX_PAGE, recordPage } from './record-page.js';
import { PAGE_PROBLEMS } from './route-problems.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const MAX_TEXTS = 50;

const text = z.string().min(1).max(bounds.REFERENCE_MAX_CHARS);
const texts = z.union([text, z.array(text).min(1).max(MAX_TEXTS)]).transform((value) => [value].flat());
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** `QueryFilters`. Of a list, one value is enough; all members that are there have to fit. */
export const queryFilters = z.strictObject({
  tenant_id: z.string().regex(TENANT_ID).optional().describe('Another tenant’s for those who may read there.'),
  user_id: texts.optional(),
  module: text.optional().describe('The module: a source.service or a category.'),
  event_type: texts.optional(),
  action: texts.optional(),
  resource_type: texts.optional(),
  resource_id: texts.optional(),
  status: texts.optional(),
  severity: text.optional().describe('This severity or more: low, medium, high, critical, or one of ours.'),
  service_name: texts.optional(),
  session_id: texts.optional(),
  correlation_id: texts.optional(),
  ip_address: texts.optional().describe('Addresses or networks.'),
  metadata: z.record(text, scalar).optional().describe('Members of the metadata and what they are.'),
  search: text.optional().describe('Words that are all in the message.'),
  q: z.string().max(filterBounds.FILTER_TEXT_MAX_CHARS).optional().describe('In the search syntax.'),
  from: z.string().max(64).optional().describe('Earliest timestamp: RFC 3339, or words such as last 7 days.'),
  to: z.string().max(64).optional().describe('Latest timestamp.'),
  days: z.int().min(1).max(36_500).optional().describe('How many days back from now, in the place of from.'),
  order: z.enum(['newest', 'oldest']).optional(),
  limit: z.int().min(1).max(MAX_PAGE).optional().describe(`${DEFAULT_PAGE} if absent.`),
  cursor: z.string().max(512).optional(),
});
type QueryFilters = z.output<typeof queryFilters>;

const none = z.object({});

/** `POST /api/v1/audit/query`: `queryUnified(filters)`, over everything that is kept, wherever it lies. */
export function registerUnifiedQueryRoute(app: FastifyInstance, services: Services): void {
  app.post(
    '/api/v1/audit/query',
    {
      config: { access: READ },
      schema: describeRoute('Audit events that fit filters', {
        problems: PAGE_PROBLEMS,
        query: none,
        body: bodySchema(queryFilters),
        answers: {
          200: {
            description: 'The events, and where the next page is.',
            schema: auditEventsAnswer,
            example: { events: [exampleAuditEvent], next: null, previous: null, behind: 0, cost: exampleCost },
          },
        },
      }),
    },
    (request, reply) => queryUnified(request, reply, services),
  );
}

async function queryUnified(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  readQuery(none, request.query);
  const filters = await readJson(request, services.limits, queryFilters, 'query-invalid');
  await turnToTenant(request, filters.tenant_id, READ.permission, services);
  const { q, order, limit, cursor } = filters;
  const query = { q, order, limit, cursor, filter: filterOf(filters), ...timesOf(filters) };
  const { records, cost, total: _, ...page } = await recordPage(request, reply, query, auditEventForm, services);
  return reply.send({ events: records, ...page, cost: shownCost(cost) });
}

function filterOf(filters: QueryFilters): Filter {
  const { module, severity, metadata = {}, search } = filters;
  return allOf(
    filterOfAuditEvents(filters),
    filterOfReport({ module, user_id: undefined, severity }),
    ...Object.entries(metadata).map(([name, value]) =>
      is(`metadata.${name}`, jsonPath('metadata', name.split('.')), [String(value)]),
    ),
    ...(search === undefined ? [] : [messageWords('search', search)]),
  );
}

/** The reader's words for the days, so that the pages of one query mean the same days. */
function timesOf({ from, to, days }: QueryFilters): { from?: string; to?: string } {
  return askedTimes(days === undefined ? from : `${days} days ago`, to);
}
