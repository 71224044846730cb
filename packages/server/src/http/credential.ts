import type { FastifyRequest } from 'fastify';
import { Problem } from '../errors.js';
import { TENANT_ID } from '../tenants/tenant-document.js';
import type { Services } from './services.js';

const DEFAULT_TENANT = 'default';

/** @throws Problem `credential-missing`, `credential-invalid` */
export function requireCredential(request: FastifyRequest, services: Services): void {
  const header = request.headers.authorization;
  const match = header === undefined ? null : /^Bearer +([^\s]{1,512})$/i.exec(header);
  if (match === null) throw new Problem('credential-missing');
  if (!services.bootstrapKey.matches(match[1]!)) throw new Problem('credential-invalid');
}

/** The tenant that a request is about. @throws Problem `tenant-invalid` */
export function readTenant(request: FastifyRequest): string {
  const header = request.headers['x-tenant-id'];
  if (header === undefined) return DEFAULT_TENANT;
  if (typeof header !== 'string' || !TENANT_ID.test(header)) throw new Problem('tenant-invalid');
  return header;
}
