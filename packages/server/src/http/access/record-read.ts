import type { FastifyRequest } from 'fastify';
import type { Services } from '../services.js';

/**
 * Records that events were read, in the log of the tenant whose events they are, whoever read them. The answer waits
 * for it: what cannot be recorded is not handed out.
 */
export async function recordRead(
  { tenant, principal, clientAddress, id }: FastifyRequest,
  action:
    | 'event.search'
    | 'event.aggregate'
    | 'event.export'
    | 'event.read'
    | 'event.stream'
    | 'receipt.read'
    | 'blob.read'
    | 'log.read',
  events: number,
  { audit, tenants }: Pick<Services, 'audit' | 'tenants'>,
): Promise<void> {
  // To read where nothing is does not make a tenant.
  if ((await tenants.find(tenant)) === undefined) return;
  await audit.read({ tenant, action, principal, address: clientAddress, requestId: id, events });
}
