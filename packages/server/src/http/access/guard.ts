import type { FastifyRequest } from 'fastify';
import type { Authorization } from '../../access/authorization.js';
import type { Principal } from '../../access/principal.js';
import { type AuditedAct, SYSTEM_TENANT } from '../../audit/audit-trail.js';
import { type ErrorCode, Problem } from '../../errors.js';
import { TENANT_ID } from '../../tenants/tenant-document.js';
import type { Services } from '../services.js';
import type { GuardedAccess } from './access-declaration.js';
import { credentialOf } from './credential.js';

/** The tenant of a principal that belongs to none, when a request names none. */
const DEFAULT_TENANT = 'default';

const OPERATIONS: Readonly<Record<string, AuditedAct['operation']>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

export type GuardServices = Pick<Services, 'authenticator' | 'authorizer' | 'tenants' | 'audit' | 'addresses'>;

/**
 * Lets a request pass that may call its route: sets its principal, its authorization and its tenant. At once where all
 * of them are remembered, so that the guard costs microseconds; else with a promise.
 *
 * Whether a tenant exists is looked at only for those who may see it: for all others, a foreign tenant and one that is
 * not there are refused by the same steps.
 *
 * @throws Problem `credential-missing`, `credential-invalid`, `permission-denied`, `tenant-invalid`, `tenant-unknown`
 */
export function letPass(request: FastifyRequest, access: GuardedAccess, services: GuardServices): void | Promise<void> {
  const { socket, headers } = request.raw;
  const address = services.addresses.of({ remoteAddress: socket.remoteAddress, headers });
  request.clientAddress = address;
  const principal = services.authenticator.authenticate(credentialOf(request), address);
  if (principal instanceof Promise) return principal.then((known) => authorize(request, access, known, services));
  return authorize(request, access, principal, services);
}

/** How long a request that goes on and on counts on what the guard found. */
const RECHECK_MS = 500;

/**
 * For a request that goes on and on: makes the check that lets it go on, so that a credential that was revoked, or a
 * role that was taken away, ends it too.
 */
export function keepChecking(
  request: FastifyRequest,
  access: GuardedAccess,
  services: GuardServices,
): () => Promise<void> {
  let checkedAt = performance.now();
  return async () => {
    if (performance.now() - checkedAt < RECHECK_MS) return;
    await letPass(request, access, services);
    checkedAt = performance.now();
  };
}

function authorize(
  request: FastifyRequest,
  access: GuardedAccess,
  principal: Principal,
  services: GuardServices,
): void | Promise<void> {
  request.principal = principal;
  const authorization = services.authorizer.authorize(principal);
  if (authorization instanceof Promise) return authorization.then((made) => admit(request, access, made, services));
  return admit(request, access, authorization, services);
}

function admit(
  request: FastifyRequest,
  access: GuardedAccess,
  authorization: Authorization,
  services: GuardServices,
): void | Promise<void> {
  request.authorization = authorization;
  if (access.of === 'deployment') {
    if (authorization.can(access.permission, undefined)) return;
    throw refusal(access);
  }
  const { principal } = request;
  const tenant = tenantOf(request, access, principal);
  if (!authorization.can(access.permission, tenant)) throw refusal(access);
  if (!TENANT_ID.test(tenant)) throw new Problem('tenant-unknown');
  request.tenant = tenant;
  // For whoever may make tenants, one comes into being with its first event.
  if (authorization.can('tenants:create', undefined)) return;
  const refuseAbsent = (found: unknown) => {
    if (found !== undefined) return;
    // Of a principal's own tenant nobody may know that it is not there; others are seen by those who may see all.
    throw tenant === principal.tenant ? refusal(access) : new Problem('tenant-unknown');
  };
  const found = services.tenants.find(tenant);
  return found instanceof Promise ? found.then(refuseAbsent) : refuseAbsent(found);
}

/** The tenant that a request is about; as its path names it, it may be no tenant's id. @throws Problem `tenant-invalid` */
function tenantOf(request: FastifyRequest, { tenantParameter }: GuardedAccess, principal: Principal): string {
  if (tenantParameter !== undefined) return (request.params as Record<string, string>)[tenantParameter]!;
  const header = request.headers['x-tenant-id'];
  if (header === undefined) return principal.tenant ?? DEFAULT_TENANT;
  if (typeof header !== 'string' || !TENANT_ID.test(header)) throw new Problem('tenant-invalid');
  return header;
}

function refusal({ permission }: GuardedAccess): Problem {
  return new Problem('permission-denied', { members: { permission } });
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['permission-denied', 'delegation-refused']);

/**
 * Puts it on record when a problem is a refused access, with the refused one's own tenant: recorded with the tenant that
 * was asked for, it would tell whether there is one, and fill a stranger's log. The answer does not wait for it.
 */
export function recordRefusal(request: FastifyRequest, { code, members }: Problem, services: GuardServices): void {
  if (!REFUSALS.has(code) || request.principal === undefined) return;
  const reason = members.permission === undefined ? code : `${code}: ${members.permission}`;
  writeRefusal(request, request.principal, reason, services).catch((error: Error) => {
    request.log.error({ error: error.message }, 'a refused access was not recorded');
  });
}

async function writeRefusal(
  { clientAddress, id, method, routeOptions }: FastifyRequest,
  principal: Principal,
  reason: string,
  services: GuardServices,
): Promise<void> {
  const { tenant } = principal;
  // A token may name a tenant that there is not; that does not make one.
  const own = tenant !== undefined && TENANT_ID.test(tenant) ? await services.tenants.find(tenant) : undefined;
  await services.audit.record({
    tenant: own?.id ?? SYSTEM_TENANT,
    action: 'access.refuse',
    operation: OPERATIONS[method] ?? 'read',
    outcome: 'denied',
    principal,
    address: clientAddress,
    requestId: id,
    reason,
    metadata: { method, route: routeOptions.url ?? '' },
  });
}
