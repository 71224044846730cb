import type { FastifyRequest } from 'fastify';
import { beforeEach, describe, expect, test } from 'vitest';
import { samplePrincipal } from '../../../testing/principals.js';
import { Authorization } from '../../access/authorization.js';
import { builtinRole } from '../../access/builtin-roles.js';
import type { Principal } from '../../access/principal.js';
import type { AuditedAct } from '../../audit/audit-trail.js';
import { Problem } from '../../errors.js';
import type { GuardedAccess } from './access-declaration.js';
import { type GuardServices, letPass, recordRefusal } from './guard.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const PATH: GuardedAccess = { ...READ, tenantParameter: 'tenant' };
const SYSTEM: GuardedAccess = { permission: 'system:read', of: 'deployment' };

let principal: Principal;
/** Whether everything has to be waited for, as it has when nothing is remembered. */
let isSlow: boolean;
let recorded: AuditedAct[];
let looked: string[];

beforeEach(() => {
  principal = samplePrincipal({ roles: ['auditor'] });
  [isSlow, recorded, looked] = [false, [], []];
});

const later = <T>(value: T): T | Promise<T> => (isSlow ? Promise.resolve(value) : value);

const services = {
  addresses: { of: () => '203.0.113.9' },
  authenticator: { authenticate: () => later(principal) },
  authorizer: {
    authorize: (whom: Principal) =>
      later(
        new Authorization(
          whom,
          whom.roles.flatMap((name) => builtinRole(name)?.grants ?? []),
        ),
      ),
  },
  tenants: {
    find: (id: string) => {
      looked.push(id);
      return later(['acme', 'globex'].includes(id) ? { id } : undefined);
    },
  },
  audit: {
    record: async (act: AuditedAct) => {
      recorded.push(act);
    },
    read: () => undefined,
  },
} as unknown as GuardServices;

function requestWith(headers: Record<string, string> = {}, params: Record<string, string> = {}): FastifyRequest {
  const all = { authorization: 'Bearer x', ...headers };
  const raw = { socket: { remoteAddress: '203.0.113.9' }, headers: all };
  return { raw, headers: all, params, id: 'r', method: 'GET', routeOptions: { url: '/x' } } as never;
}

/** Lets a request pass; resolves with it, or with the code of the problem. */
async function pass(access: GuardedAccess, headers?: Record<string, string>, params?: Record<string, string>) {
  const request = requestWith(headers, params);
  try {
    const passed = letPass(request, access, services);
    if (!isSlow) expect(passed).toBeUndefined();
    await passed;
    return { tenant: request.tenant, code: undefined };
  } catch (error) {
    return { tenant: undefined, code: (error as Problem).code };
  }
}

describe.each([false, true])('the guard, waiting: %s', (slow) => {
  beforeEach(() => {
    isSlow = slow;
  });

  test('sets who asks, what they may do, from where, and the tenant', async () => {
    const request = requestWith();
    await letPass(request, READ, services);
    expect(request).toMatchObject({ principal, tenant: 'acme', clientAddress: '203.0.113.9' });
    expect(request.authorization.can('events:read', 'acme')).toBe(true);
  });

  test.each<[string, string[], string | undefined, Record<string, string>, string | undefined, string | undefined]>([
    ['the own tenant', ['auditor'], 'acme', {}, 'acme', undefined],
    ['the own tenant by name', ['auditor'], 'acme', { 'x-tenant-id': 'acme' }, 'acme', undefined],
    ['another tenant', ['auditor'], 'acme', { 'x-tenant-id': 'globex' }, undefined, 'permission-denied'],
    ['no tenant’s name', ['auditor'], 'acme', { 'x-tenant-id': 'nowhere' }, undefined, 'permission-denied'],
    ['an own tenant that is not there', ['auditor'], 'nowhere', {}, undefined, 'permission-denied'],
    ['another tenant, across', ['audit_admin'], 'acme', { 'x-tenant-id': 'globex' }, 'globex', undefined],
    ['no tenant’s name, across', ['audit_admin'], 'acme', { 'x-tenant-id': 'nowhere' }, undefined, 'tenant-unknown'],
    ['a tenant that is to be made', ['system_admin'], undefined, { 'x-tenant-id': 'nowhere' }, 'nowhere', undefined],
    ['the default tenant', ['system_admin'], undefined, {}, 'default', undefined],
    ['nothing without a role', [], 'acme', {}, undefined, 'permission-denied'],
    ['a malformed tenant', ['system_admin'], undefined, { 'x-tenant-id': '../x' }, undefined, 'tenant-invalid'],
  ])('%s', async (_what, roles, tenant, headers, expected, code) => {
    principal = samplePrincipal({ roles, tenant });
    expect(await pass(READ, headers)).toEqual({ tenant: expected, code });
  });

  test('takes the tenant of the path, whatever the header says', async () => {
    expect(await pass(PATH, { 'x-tenant-id': 'acme' }, { tenant: 'globex' })).toMatchObject({
      code: 'permission-denied',
    });
    expect(await pass(PATH, { 'x-tenant-id': 'globex' }, { tenant: 'acme' })).toMatchObject({ tenant: 'acme' });
    principal = samplePrincipal({ roles: ['audit_admin'] });
    expect(await pass(PATH, {}, { tenant: '..' })).toMatchObject({ code: 'tenant-unknown' });
    expect(looked).not.toContain('..');
  });

  test('asks for a tenant only where the answer is not refused already', async () => {
    await pass(READ, { 'x-tenant-id': 'globex' });
    await pass(READ, { 'x-tenant-id': 'nowhere' });
    expect(looked).toEqual([]);
  });

  test('lets those into routes of the deployment whose permission holds there', async () => {
    expect(await pass(SYSTEM)).toMatchObject({ code: 'permission-denied' });
    principal = samplePrincipal({ roles: ['system_admin'] });
    expect(await pass(SYSTEM)).toMatchObject({ code: undefined });
  });
});

describe('a refused access', () => {
  const refuse = async (problem: Problem) => {
    const request = requestWith();
    await letPass(request, READ, services);
    recordRefusal(request, problem, services);
    await new Promise((resolve) => setImmediate(resolve));
  };

  test('is recorded in the refused one’s own tenant, with what was wanted', async () => {
    await refuse(new Problem('permission-denied', { members: { permission: 'keys:read' } }));
    expect(recorded).toMatchObject([
      {
        tenant: 'acme',
        action: 'access.refuse',
        outcome: 'denied',
        principal,
        address: '203.0.113.9',
        requestId: 'r',
        reason: 'permission-denied: keys:read',
      },
    ]);
  });

  test('of a principal of the deployment is recorded in the deployment’s log', async () => {
    principal = samplePrincipal({ roles: ['system_admin'], tenant: undefined });
    await refuse(new Problem('delegation-refused'));
    expect(recorded).toMatchObject([{ tenant: 'system', reason: 'delegation-refused' }]);
  });

  test('is told from other problems, and from those of nobody who is known', async () => {
    await refuse(new Problem('event-unknown'));
    recordRefusal(requestWith(), new Problem('permission-denied'), services);
    expect(recorded).toEqual([]);
  });
});
