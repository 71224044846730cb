import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recordAct } from '../../access/audited-act.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { requireStanding, tenantOf } from '../access/tenant-of.js';
import { readQuery } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { keyRotationAnswerSchema } from './tenant-answers.js';

const ROTATE: GuardedAccess = { permission: 'system:manage', of: 'tenant', tenantParameter: 'id' };

const none = z.object({});

/** What these routes need. */
export type KeyRotationRouteServices = Pick<Services, 'audit' | 'delegations' | 'tenants' | 'keyRotation'>;

interface IdParams {
  id: string;
}

/** `/api/v1/tenants/{id}/key-rotation`: other keys in the place of those that wrap a tenant's personal data. */
export function registerKeyRotationRoutes(app: FastifyInstance, services: KeyRotationRouteServices): void {
  app.post<{ Params: IdParams }>(
    '/api/v1/tenants/:id/key-rotation',
    {
      config: { access: ROTATE },
      schema: describeRoute('Give a tenant another key; nothing that is recorded changes', {
        query: none,
        answers: { 200: { description: 'What was wrapped anew.', schema: keyRotationAnswerSchema } },
        problems: ['tenant-gone', 'master-key-unavailable'],
      }),
    },
    (request, reply) => rotate(request, reply, services),
  );
}

/**
 * Recorded when it is done: what failed in the middle has changed nothing that anybody could read, and is made again.
 *
 * @throws Problem `tenant-unknown`, `tenant-gone`, `master-key-unavailable`
 */
async function rotate(
  request: FastifyRequest,
  reply: FastifyReply,
  services: KeyRotationRouteServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const tenant = await tenantOf(request, services);
  requireStanding(tenant);
  const { id } = tenant;
  const subjectKeys = await services.keyRotation.rotateTenantKey(id);
  await recordAct(services.audit, administratorOf(request, services), {
    tenant: id,
    action: 'tenant_key.rotate',
    operation: 'update',
    targets: [{ type: 'tenant', id }],
    metadata: { subject_keys: subjectKeys },
  });
  return reply.send({ tenant: id, subject_keys: subjectKeys });
}
