import { mergePolicy, type PolicySettings } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recordAct } from '../../access/audited-act.js';
import type { Tenant } from '../../tenants/tenant-directory.js';
import { settingsWithoutSalt, type TenantSettings, tenantSettingsSchema } from '../../tenants/tenant-document.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { requireStanding, tenantOf } from '../access/tenant-of.js';
import { readJson } from '../body/json-body.js';
import { entityTag, requireRevision } from '../entity-tag.js';
import { readQuery } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { policyAnswerSchema } from './tenant-answers.js';

const READ: GuardedAccess = { permission: 'policies:read', of: 'tenant' };
const UPDATE: GuardedAccess = { permission: 'policies:update', of: 'tenant' };

const none = z.object({});
const settingsSchema = tenantSettingsSchema.pick({
  policy: true,
  detection: true,
  sealing: true,
  maskStyle: true,
  reasonForPersonalData: true,
});

/** What these routes need. */
export type PolicyRouteServices = Pick<Services, 'audit' | 'delegations' | 'limits' | 'tenants' | 'deploymentPolicy'>;

/** `/api/v1/policy`: what is done with a tenant's events: which are recorded, what is looked for, what is sealed. */
export function registerPolicyRoutes(app: FastifyInstance, services: PolicyRouteServices): void {
  app.get(
    '/api/v1/policy',
    {
      config: { access: READ },
      schema: describeRoute('The policy in force, and what of it the tenant sets', {
        query: none,
        answers: { 200: { description: 'The policy.', schema: policyAnswerSchema } },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return sendPolicy(reply, await tenantOf(request, services), services);
    },
  );
  app.put(
    '/api/v1/policy',
    {
      config: { access: UPDATE },
      schema: describeRoute('Replace what the tenant sets of its policy; needs If-Match', {
        query: none,
        body: bodySchema(settingsSchema),
        answers: { 200: { description: 'The policy.', schema: policyAnswerSchema } },
        problems: ['tenant-input-invalid', 'tenant-gone', 'revision-missing', 'revision-lost'],
      }),
    },
    (request, reply) => replacePolicy(request, reply, services),
  );
}

/** What is absent is the deployment's from then on. The tenant's other settings stay. */
async function replacePolicy(
  request: FastifyRequest,
  reply: FastifyReply,
  services: PolicyRouteServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const tenant = await tenantOf(request, services);
  requireRevision(request, tenant.revision);
  requireStanding(tenant);
  const { document } = tenant;
  const given = await readJson(request, services.limits, settingsSchema, 'tenant-input-invalid');
  const settings: TenantSettings = { ...otherSettings(document.settings ?? {}), ...given };
  const changed = await services.tenants.replace(tenant, { ...document, settings });
  await recordAct(services.audit, administratorOf(request, services), {
    tenant: tenant.id,
    action: 'policy.update',
    operation: 'update',
    targets: [{ type: 'tenant', id: tenant.id }],
    metadata: { settings: settingsWithoutSalt(given) },
  });
  return sendPolicy(reply, changed, services);
}

function otherSettings(settings: TenantSettings): TenantSettings {
  const { policy: _, detection: __, sealing: ___, maskStyle: ____, reasonForPersonalData: _____, ...others } = settings;
  return others;
}

function sendPolicy(reply: FastifyReply, tenant: Tenant, { deploymentPolicy }: PolicyRouteServices): FastifyReply {
  const settings = settingsSchema.strip().parse(tenant.document.settings ?? {});
  const { policy = {}, detection = {}, sealing, maskStyle, reasonForPersonalData = false } = settings;
  // The deployment's salt serves all tenants: none of them is shown it.
  const { sample_salt: salt, ...recording } = mergePolicy(deploymentPolicy.recording, policy as PolicySettings);
  return reply.header('etag', entityTag(tenant.revision)).send({
    tenant: tenant.id,
    revision: tenant.revision,
    recording: { ...recording, has_sample_salt: salt !== '' },
    detection,
    sealing: sealing ?? deploymentPolicy.sealing,
    mask_style: maskStyle ?? deploymentPolicy.maskStyle,
    reason_for_personal_data: reasonForPersonalData,
    settings,
  });
}
