import type { FastifyRequest } from 'fastify';
import type { Reader } from '../../query/event-reader.js';

/** Who reads events by a request: which of the tenant's events their grants give, and who `@me` is. */
export function readerOf({ authorization, principal, tenant }: FastifyRequest): Reader {
  const me = principal.subject;
  const extent = authorization.extentOf('events:read', tenant);
  if (extent === 'all') return { me };
  return { me, grant: extent === 'none' ? { op: 'never' } : extent.filter };
}
