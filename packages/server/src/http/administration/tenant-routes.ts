import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AddressList } from '../../access/address-list.js';
import { recordAct } from '../../access/audited-act.js';
import { Problem } from '../../errors.js';
import { from } from '../../failures.js';
import { readBarrier } from '../../sequencer/read-barrier.js';
import type { Tenant } from '../../tenants/tenant-directory.js';
import { settingsWithoutSalt, TENANT_ID, type TenantInput, tenantInputSchema } from '../../tenants/tenant-document.js';
import { dayNumber, usageCsv, usageGroups, usageLines } from '../../tenants/usage-report.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { requireStanding, tenantOf } from '../access/tenant-of.js';
import { readJson } from '../body/json-body.js';
import { entityTag, requireRevision } from '../entity-tag.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { tenantAnswerSchema, tenantsAnswerSchema, usageAnswerSchema } from './tenant-answers.js';

const of = { of: 'tenant', tenantParameter: 'id' } as const;
const LIST: GuardedAccess = { permission: 'tenants:read', of: 'tenant' };
const CREATE: GuardedAccess = { permission: 'tenants:create', of: 'deployment' };
const READ: GuardedAccess = { permission: 'tenants:read', ...of };
const UPDATE: GuardedAccess = { permission: 'tenants:update', ...of };
const DELETE: GuardedAccess = { permission: 'tenants:delete', ...of };

const MAX_PAGE = 1000;
const MAX_KINDS = 1000;
/** Names that are the deployment's own, or would be mistaken for them. */
const RESERVED = new Set(['system', 'deployment']);

const none = z.object({});
const listQuery = z.object({
  after: z.string().regex(TENANT_ID).optional().describe('Tenants after this id.'),
  limit: wholeNumber(1, MAX_PAGE).optional().describe(`Tenants on a page, 1 to ${MAX_PAGE}; 100 if absent.`),
});
const deleteQuery = z.object({
  confirm: z.string().max(100).optional().describe('The confirmation that the first request was answered with.'),
});
const day = z.string().refine((text) => dayNumber(text) !== undefined, 'must be a day such as 2025-10-06');
const usageQuery = z.object({
  from: day.optional().describe('First day (UTC); 30 days before the last if absent.'),
  to: day.optional().describe('Last day (UTC), inclusive; today if absent.'),
  by: z
    .enum(usageGroups)
    .optional()
    .describe('Lines by day, by month, or by the values of a field: the 1,000 with the most events.'),
  format: z.enum(['json', 'csv']).optional().describe('json if absent.'),
});
const createSchema = tenantInputSchema.extend({
  id: z
    .string()
    .regex(TENANT_ID)
    .refine((id) => !RESERVED.has(id), 'is reserved')
    .describe('Its id, which never changes; made from the organization if absent.')
    .optional(),
});

interface IdParams {
  id: string;
}

/** `/api/v1/tenants`: tenants, what they may use and what they have used. */
export function registerTenantRoutes(app: FastifyInstance, services: Services): void {
  app.get(
    '/api/v1/tenants',
    {
      config: { access: LIST },
      schema: describeRoute('The tenants that one may see', {
        query: listQuery,
        answers: { 200: { description: 'A page of tenants.', schema: tenantsAnswerSchema } },
      }),
    },
    (request, reply) => listTenants(request, reply, services),
  );
  app.post(
    '/api/v1/tenants',
    {
      config: { access: CREATE },
      schema: describeRoute('Create a tenant', {
        body: bodySchema(createSchema),
        answers: { 201: { description: 'The tenant.', schema: tenantAnswerSchema } },
        problems: ['tenant-input-invalid', 'tenant-exists'],
      }),
    },
    (request, reply) => createTenant(request, reply, services),
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/tenants/:id',
    {
      config: { access: READ },
      schema: describeRoute('One tenant', {
        query: none,
        answers: { 200: { description: 'The tenant.', schema: tenantAnswerSchema } },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return sendTenant(reply, await tenantOf(request, services), services);
    },
  );
  app.put<{ Params: IdParams }>(
    '/api/v1/tenants/:id',
    {
      config: { access: UPDATE },
      schema: describeRoute('Change a tenant; needs If-Match', {
        body: bodySchema(tenantInputSchema),
        answers: { 200: { description: 'The tenant.', schema: tenantAnswerSchema } },
        problems: ['tenant-input-invalid', 'tenant-gone', 'revision-missing', 'revision-lost'],
      }),
    },
    (request, reply) => replaceTenant(request, reply, services),
  );
  app.delete<{ Params: IdParams }>(
    '/api/v1/tenants/:id',
    {
      config: { access: DELETE },
      schema: describeRoute('Delete a tenant; asked twice', {
        query: deleteQuery,
        answers: { 204: { description: 'Done.' } },
        problems: [
          'tenant-gone',
          'confirmation-needed',
          'hold-in-force',
          'objects-unavailable',
          'master-key-unavailable',
        ],
      }),
    },
    (request, reply) => deleteTenant(request, reply, services),
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/tenants/:id/usage',
    {
      config: { access: READ },
      schema: describeRoute('What a tenant has used, by day or month', {
        query: usageQuery,
        answers: { 200: { description: 'The usage.', schema: usageAnswerSchema, otherTypes: ['text/csv'] } },
      }),
    },
    (request, reply) => getUsage(request, reply, services),
  );
}

/** Whoever may see any tenant sees all; others see their own. */
async function listTenants(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { after, limit = 100 } = readQuery(listQuery, request.query);
  const { tenants } = services;
  if (request.authorization.can('tenants:read', undefined)) {
    const page = await tenants.list(limit + 1, after);
    const shown = page.slice(0, limit);
    const next = page.length > limit ? shown.at(-1)!.id : null;
    return reply.send({ tenants: shown.map((tenant) => answer(tenant, services)), next });
  }
  const own = after === undefined ? await tenants.find(request.tenant) : undefined;
  return reply.send({ tenants: own === undefined ? [] : [answer(own, services)], next: null });
}

async function createTenant(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { id: given, ...input } = await readJson(request, services.limits, createSchema, 'tenant-input-invalid');
  requireSense(input);
  const tenant = await services.tenantAdministration.create(given, input);
  await record(request, services, 'tenant.create', 'create', tenant);
  reply.code(201).header('location', `/api/v1/tenants/${tenant.id}`);
  return sendTenant(reply, tenant, services);
}

async function replaceTenant(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const tenant = await tenantOf(request, services);
  requireRevision(request, tenant.revision);
  requireStanding(tenant);
  const { created_at } = tenant.document;
  const input = await readJson(request, services.limits, tenantInputSchema, 'tenant-input-invalid');
  requireSense(input);
  requireOwnLimitsAllowed(request, tenant, input);
  const changed = await services.tenants.replace(tenant, { created_at, ...input });
  await record(request, services, 'tenant.update', 'update', changed);
  return sendTenant(reply, changed, services);
}

/** What a tenant pays for is not its own to change: plan, limits and status need the permission on all tenants. */
function requireOwnLimitsAllowed(request: FastifyRequest, { document }: Tenant, input: TenantInput): void {
  if (request.authorization.can('tenants:update', undefined)) return;
  const priced = ({ plan, status, limits }: TenantInput) =>
    JSON.stringify([plan ?? 'unlimited', status ?? 'active', limits ?? {}]);
  if (priced(document as TenantInput) !== priced(input)) {
    throw new Problem('permission-denied', {
      detail: 'Plan, status and limits are changed by whoever runs the deployment.',
      members: { permission: 'tenants:update' },
    });
  }
}

async function deleteTenant(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { confirm } = readQuery(deleteQuery, request.query);
  const { tenantAdministration: administration } = services;
  const tenant = await tenantOf(request, services);
  const { status } = tenant.document;
  if (status === 'deleted') throw new Problem('tenant-gone');
  const { principal, clientAddress: address, id: requestId } = request;
  if (status !== 'deleting') {
    if (confirm === undefined || !administration.isConfirmed(confirm, tenant, principal)) {
      const confirmation = administration.confirmationFor(tenant, principal);
      throw new Problem('confirmation-needed', { members: { confirm: confirmation } });
    }
    await administration.deletion.begin(tenant, { principal, address, requestId });
  }
  await administration.deletion.finish(tenant.id);
  return reply.code(204).send();
}

async function getUsage(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { from: first, to: last, by = 'day', format = 'json' } = readQuery(usageQuery, request.query);
  const tenant = await tenantOf(request, services);
  const toDay = last === undefined ? services.tenantAdministration.today() : dayNumber(last)!;
  const fromDay = first === undefined ? toDay - 30 : dayNumber(first)!;
  if (fromDay > toDay) throw new Problem('query-invalid', { detail: '"from" is after "to"' });
  const { before, behind } = await readBarrier(services.progress, services.limits.readWaitMs);
  const { store } = services;
  const firstDay = Math.max(0, fromDay);
  const days = await from('store', store.usageByDay(tenant.id, firstDay, toDay, before));
  const query = { fromDay: firstDay, toDay, before, limit: MAX_KINDS };
  const lines =
    by === 'day' || by === 'month'
      ? usageLines(days, by)
      : await from('store', store.usageByKind(tenant.id, { ...query, kind: by }));
  if (format === 'csv') return reply.type('text/csv; charset=utf-8').send(usageCsv(tenant.id, by, lines));
  const total = {
    events: days.reduce((sum, { events }) => sum + events, 0),
    bytes: days.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return reply.send({ tenant: tenant.id, by, total, usage: lines, behind });
}

function requireSense({ settings }: TenantInput): void {
  const parsed = AddressList.parse(settings?.addressAllowList ?? []);
  if (parsed.ok) return;
  throw new Problem('tenant-input-invalid', { detail: `/settings/addressAllowList: ${parsed.problem}` });
}

function record(
  request: FastifyRequest,
  services: Services,
  action: string,
  operation: 'create' | 'update',
  { id, document }: Tenant,
): Promise<void> {
  const { plan = 'unlimited', status = 'active', settings = {} } = document;
  return recordAct(services.audit, administratorOf(request, services), {
    tenant: id,
    action,
    operation,
    targets: [{ type: 'tenant', id }],
    metadata: { plan, status, settings: settingsWithoutSalt(settings) },
  });
}

function sendTenant(reply: FastifyReply, tenant: Tenant, services: Services): FastifyReply {
  return reply.header('etag', entityTag(tenant.revision)).send(answer(tenant, services));
}

function answer(tenant: Tenant, { tenantAdministration }: Services): Record<string, unknown> {
  const { plan = 'unlimited', status = 'active', ...document } = tenant.document;
  const { id, revision } = tenant;
  return { id, plan, status, ...document, revision, effective_limits: tenantAdministration.limitsOf(tenant) };
}

function bodySchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
}
