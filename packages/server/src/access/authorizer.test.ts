import { beforeEach, describe, expect, test } from 'vitest';
import { samplePrincipal } from '../../testing/principals.js';
import { PortFailure } from '../ports/failure.js';
import type { RegistryDocument } from '../ports/registry.js';
import { RoleAuthorizer } from './authorizer.js';
import type { Permission } from './permissions.js';
import type { RoleDocument } from './role-document.js';

const TIME = '2025-10-06T12:54:12.000000000Z';

let documents: Map<string, RoleDocument>;
let isRemembered: boolean;
let reads: string[];
let failing: boolean;
let authorizer: RoleAuthorizer;

beforeEach(() => {
  documents = new Map([
    ['role.acme.ops', { inherits: ['base'], grants: give('events:write'), created_at: TIME, updated_at: TIME }],
    ['role.acme.base', { grants: give('events:read'), created_at: TIME, updated_at: TIME }],
  ]);
  [isRemembered, failing, reads] = [true, false, []];
  authorizer = new RoleAuthorizer({
    get(key) {
      reads.push(key);
      const value = documents.get(key);
      const found: RegistryDocument<RoleDocument> | undefined = value && { key, value, revision: 1 };
      if (failing) return Promise.reject(new PortFailure('unavailable', 'away'));
      return isRemembered ? found : Promise.resolve(found);
    },
  });
});

const give = (...permissions: Permission[]) => [{ permissions, tenants: 'own' as const }];

describe('an authorization', () => {
  test('has what the roles give and inherit, and the permissions beside them', async () => {
    const principal = samplePrincipal({ roles: ['ops'], permissions: ['keys:read', 'export:audit', 'nonsense'] });
    for (isRemembered of [true, false]) {
      const { authorization, keys } = await authorizer.authorize(principal);
      expect(authorization.grants.map(({ permission }) => permission).sort()).toEqual([
        'events:export',
        'events:read',
        'events:write',
        'keys:read',
      ]);
      expect([...keys].sort()).toEqual(['role.acme.base', 'role.acme.ops']);
    }
  });

  test('is there at once when the documents are, and reads each once', () => {
    expect(authorizer.authorize(samplePrincipal({ roles: ['ops', 'base'] }))).not.toBeInstanceOf(Promise);
    expect(reads).toEqual(['role.acme.ops', 'role.acme.base']);
  });

  test('of built-in roles alone asks for no document', () => {
    failing = true;
    expect(authorizer.authorize(samplePrincipal({ roles: ['auditor'] }))).not.toBeInstanceOf(Promise);
    expect(reads).toEqual([]);
  });

  test('cannot be made while the registry does not answer', async () => {
    failing = true;
    const made = authorizer.authorize(samplePrincipal({ roles: ['ops'] }));
    await expect(made).rejects.toMatchObject({ code: 'registry-unavailable' });
  });
});

describe('permissions beside the roles', () => {
  const permissions = ['events:read'];
  const reach = async (more: Parameters<typeof samplePrincipal>[0]) => {
    const { authorization } = await authorizer.authorize(samplePrincipal({ permissions, ...more }));
    return ['acme', 'other', undefined].map((tenant) => authorization.can('events:read', tenant));
  };

  test('hold in the own tenant; for a principal of the deployment, in all', async () => {
    expect(await reach({})).toEqual([true, false, false]);
    expect(await reach({ tenant: undefined, kind: 'api-key' })).toEqual([true, true, true]);
  });

  test('of a foreign token that names no tenant hold nowhere', async () => {
    expect(await reach({ tenant: undefined, kind: 'external' })).toEqual([false, false, false]);
  });
});
