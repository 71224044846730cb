import type { FastifyRequest } from 'fastify';
import { grantOfExtent } from '../../access/authorization.js';
import type { Permission } from '../../access/permissions.js';
import type { Reader } from '../../query/event-reader.js';

/** Who gets events by a request: which of the tenant's events their grants of a permission give, and who `@me` is. */
export function readerOf(
  { authorization, principal, tenant }: FastifyRequest,
  permission: Permission = 'events:read',
): Reader {
  return { me: principal.subject, grant: grantOfExtent(authorization.extentOf(permission, tenant)) };
}
