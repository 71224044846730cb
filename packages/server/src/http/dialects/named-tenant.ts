import type { FastifyRequest } from 'fastify';
import type { Permission } from '../../access/permissions.js';
import { Problem } from '../../errors.js';
import { TENANT_ID } from '../../tenants/tenant-document.js';
import type { Services } from '../services.js';

/**
 * The tenant that a record or a parameter names, held against what the credential may: it is the request's own where
 * none is named, and another one for those who have the permission there. Never is one taken for another.
 *
 * @param named as it was sent
 * @returns the tenant, or why it cannot be that one. A tenant that is not the caller's and one that is not there are
 * refused alike.
 */
export async function namedTenant(
  request: FastifyRequest,
  named: unknown,
  permission: Permission,
  { tenants }: Pick<Services, 'tenants'>,
): Promise<string | Problem> {
  if (named === undefined || named === null || named === request.tenant) return request.tenant;
  const { authorization, principal } = request;
  const may = typeof named === 'string' && TENANT_ID.test(named) && authorization.can(permission, named);
  if (!may) return new Problem('permission-denied', { members: { permission } });
  if (authorization.can('tenants:create', undefined)) return named;
  if ((await tenants.find(named)) !== undefined) return named;
  return named === principal.tenant
    ? new Problem('permission-denied', { members: { permission } })
    : new Problem('tenant-unknown');
}

/** Makes the request one about the tenant that its parameter names. @throws Problem `permission-denied`, `tenant-unknown` */
export async function turnToTenant(
  request: FastifyRequest,
  named: string | undefined,
  permission: Permission,
  services: Pick<Services, 'tenants'>,
): Promise<void> {
  const tenant = await namedTenant(request, named, permission, services);
  if (tenant instanceof Problem) throw tenant;
  request.tenant = tenant;
}
