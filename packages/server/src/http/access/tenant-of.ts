import type { FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import type { Tenant } from '../../tenants/tenant-directory.js';
import type { Services } from '../services.js';

/** The tenant that a request is about. @throws Problem `tenant-unknown` */
export async function tenantOf({ tenant }: FastifyRequest, { tenants }: Pick<Services, 'tenants'>): Promise<Tenant> {
  const found = await tenants.find(tenant);
  if (found === undefined) throw new Problem('tenant-unknown');
  return found;
}

/** @throws Problem `tenant-gone` for a tenant that is being deleted or was */
export function requireStanding({ document: { status } }: Tenant): void {
  if (status === 'deleting' || status === 'deleted') throw new Problem('tenant-gone');
}
