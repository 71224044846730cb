import type { FastifyRequest } from 'fastify';
import type { Permission } from '../../access/permissions.js';
import { Problem } from '../../errors.js';
import { flag } from '../parameters.js';

/** The query of routes that are about a tenant, or with `deployment` about what belongs to none. */
export const deploymentQuery = {
  deployment: flag.optional().describe('Those of the deployment itself, which belong to no tenant.'),
} as const;

/**
 * The tenant that such a request is about; undefined: the deployment.
 * @throws Problem `permission-denied`
 */
export function scopeOf(
  request: FastifyRequest,
  permission: Permission,
  deployment: boolean | undefined,
): string | undefined {
  if (deployment !== true) return request.tenant;
  if (request.authorization.can(permission, undefined)) return undefined;
  throw new Problem('permission-denied', { members: { permission } });
}
