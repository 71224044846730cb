import { beforeEach, describe, expect, test } from 'vitest';
import { samplePrincipal } from '../../testing/principals.js';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { Authorization } from './authorization.js';
import type { Grant } from './grants.js';
import { PermissionCache, ROLE_TTL_MS, USER_TTL_MS } from './permission-cache.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';

let clock: MemoryClock;
let cache: PermissionCache;
let watching: boolean;
/** What each role gives now. */
let roles: Map<string, Permission[]>;
let users: Map<string, Principal>;
/** What was worked out, in its order. */
let worked: string[];
let hold: Promise<void> | undefined;

const grantsOf = async (names: readonly string[], scope: string | undefined) => {
  worked.push(`roles ${names.join()}`);
  const grants = names.flatMap((name) =>
    (roles.get(name) ?? []).map((permission): Grant => ({ permission, reach: 'own' })),
  );
  await hold;
  return { grants, keys: new Set(names.map((name) => `role.${scope}.${name}`)), unknown: [] };
};

beforeEach(() => {
  clock = new MemoryClock();
  watching = true;
  roles = new Map([['ops', ['events:read']]]);
  users = new Map([['user:jane', samplePrincipal({ roles: ['ops'] })]]);
  worked = [];
  hold = undefined;
  cache = new PermissionCache({
    clock,
    isFresh: () => watching,
    authorizer: {
      grantsOf,
      async authorize(principal) {
        worked.push(principal.id);
        const { grants, keys } = await grantsOf(principal.roles, principal.tenant);
        return { authorization: new Authorization(principal, grants), keys };
      },
    },
    findUser: async (_tenant, id) => users.get(id),
    roleNames: async () => [...roles.keys()],
    maxEntries: 3,
  });
});

const jane = () => samplePrincipal({ roles: ['ops'] });
const canRead = async (principal: Principal) => (await cache.authorize(principal)).can('events:read', 'acme');
const timesWorked = () => worked.filter((name) => name.startsWith('user:')).length;

describe('what a principal may do', () => {
  test('is worked out once, also for the same principal in another object, and is there at once', async () => {
    const first = jane();
    await cache.authorize(first);
    expect(cache.authorize(first)).toBeInstanceOf(Authorization);
    expect(cache.authorize(jane())).toBeInstanceOf(Authorization);
    expect(timesWorked()).toBe(1);
    expect(cache.counts).toMatchObject({ hits: 2, misses: 1, entries: 1 });
  });

  test.each<Partial<Principal>>([
    { roles: ['ops', 'more'] },
    { permissions: ['events:write'] },
    { filter: 'team=a' },
    { tenant: 'other' },
    { tenant: undefined },
    { id: 'user:other' },
    { subject: 'joe', id: 'user:jane' },
    { kind: 'external' },
  ])('is another for a principal that differs in %j', async (difference) => {
    await cache.authorize(jane());
    await cache.authorize({ ...jane(), ...difference });
    expect(timesWorked()).toBe(2);
  });

  test('is worked out anew after 15 minutes', async () => {
    await cache.authorize(jane());
    clock.advance(USER_TTL_MS - 1);
    await cache.authorize(jane());
    expect(timesWorked()).toBe(1);
    clock.advance(1);
    await cache.authorize(jane());
    expect(timesWorked()).toBe(2);
  });

  test('is worked out anew after a change of a role that it rests on, and of no other', async () => {
    const principal = jane();
    expect(await canRead(principal)).toBe(true);
    roles.set('ops', []);
    cache.invalidateRoleCache('acme', 'others');
    cache.invalidateRoleCache('other', 'ops');
    expect(await canRead(principal)).toBe(true);
    cache.invalidateRoleCache('acme', 'ops');
    expect([await canRead(principal), await canRead(jane())]).toEqual([false, false]);
  });

  test('is worked out anew when the user changed, or anything may have', async () => {
    for (const invalidate of [
      () => cache.invalidateUserCache('acme', 'user:jane'),
      () => cache.invalidateRoleKey(undefined),
    ]) {
      roles.set('ops', ['events:read']);
      expect(await canRead(jane())).toBe(true);
      roles.set('ops', []);
      invalidate();
      expect(await canRead(jane())).toBe(false);
      cache.invalidateRoleKey(undefined);
    }
  });

  test('is not remembered when a change came while it was worked out', async () => {
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const stale = canRead(jane());
    roles.set('ops', []);
    cache.invalidateRoleCache('acme', 'ops');
    release();
    expect(await stale).toBe(true);
    expect(await canRead(jane())).toBe(false);
  });

  test('is not remembered while nobody hears of changes, and what was remembered does not count', async () => {
    const principal = jane();
    await cache.authorize(principal);
    watching = false;
    roles.set('ops', []);
    expect([await canRead(principal), await canRead(jane())]).toEqual([false, false]);
    expect(timesWorked()).toBe(3);
  });

  test('is not remembered when it was begun before changes were heard of', async () => {
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    watching = false;
    const stale = canRead(jane());
    roles.set('ops', []);
    watching = true;
    release();
    expect(await stale).toBe(true);
    expect(await canRead(jane())).toBe(false);
  });

  test('is forgotten at the bound, so that no later invalidation misses it', async () => {
    const first = jane();
    await cache.authorize(first);
    for (const subject of ['a', 'b', 'c']) await cache.authorize(samplePrincipal({ subject, roles: ['ops'] }));
    roles.set('ops', []);
    cache.invalidateRoleCache('acme', 'ops');
    expect(await canRead(first)).toBe(false);
    expect(cache.counts.entries).toBeLessThanOrEqual(3);
  });

  test('is not remembered where it takes too much memory', async () => {
    const large = samplePrincipal({ permissions: Array.from({ length: 1000 }, (_, i) => `claim:${i}`) });
    await cache.authorize(large);
    await cache.authorize(large);
    expect(timesWorked()).toBe(2);
  });
});

describe('the permissions of a user in a module', () => {
  test('come from the registry and are then remembered for 15 minutes', async () => {
    expect(await cache.getUserPermissions('acme', 'user:jane', 'wms')).toEqual(['events:read']);
    roles.set('ops', []);
    expect(await cache.getUserPermissions('acme', 'user:jane', 'wms')).toEqual(['events:read']);
    clock.advance(USER_TTL_MS);
    expect(await cache.getUserPermissions('acme', 'user:jane', 'wms')).toEqual([]);
  });

  test('are those that were put there, until the user or any role changes', async () => {
    for (const invalidate of [
      () => cache.invalidateUserCache('acme', 'user:jane'),
      () => cache.invalidateRoleCache('acme', 'whichever'),
    ]) {
      await cache.cacheUserPermissions('acme', 'user:jane', 'wms', ['keys:read']);
      expect(await cache.getUserPermissions('acme', 'user:jane', 'wms')).toEqual(['keys:read']);
      expect(await cache.getUserPermissions('acme', 'user:jane', 'hr')).toEqual(['events:read']);
      expect(await cache.getUserPermissions('other', 'user:jane', 'wms')).toEqual([]);
      invalidate();
      expect(await cache.getUserPermissions('acme', 'user:jane', 'wms')).toEqual(['events:read']);
      cache.invalidateRoleKey(undefined);
    }
  });

  test('are worked out anew when the user is another than before', async () => {
    await cache.cacheUserPermissions('acme', 'user:jane', 'wms', ['keys:read']);
    users.set('user:jane', samplePrincipal({ roles: [] }));
    expect(await cache.getUserPermissions('acme', 'user:jane', 'wms')).toEqual([]);
    await cache.cacheUserPermissions('acme', 'user:nobody', 'wms', ['keys:read']);
    expect(await cache.getUserPermissions('acme', 'user:nobody', 'wms')).toEqual([]);
  });

  test('of somebody that there is not are none, and are not remembered', async () => {
    expect(await cache.getUserPermissions('acme', 'user:joe', 'wms')).toEqual([]);
    users.set('user:joe', samplePrincipal({ subject: 'joe', roles: ['ops'] }));
    expect(await cache.getUserPermissions('acme', 'user:joe', 'wms')).toEqual(['events:read']);
  });

  test('of a user of another tenant are those for all tenants only', async () => {
    users.set('user:jane', samplePrincipal({ tenant: 'other', roles: ['ops'] }));
    expect(await cache.getUserPermissions('acme', 'user:jane', 'wms')).toEqual([]);
  });
});

describe('the permissions of a role in a module', () => {
  test('are remembered for an hour, or until the role changes', async () => {
    expect(await cache.getRolePermissions('acme', 'ops', 'wms')).toEqual(['events:read']);
    roles.set('ops', ['log:read']);
    clock.advance(ROLE_TTL_MS - 1);
    expect(await cache.getRolePermissions('acme', 'ops', 'wms')).toEqual(['events:read']);
    clock.advance(1);
    expect(await cache.getRolePermissions('acme', 'ops', 'wms')).toEqual(['log:read']);
    roles.set('ops', []);
    cache.invalidateRoleCache('acme', 'ops');
    expect(await cache.getRolePermissions('acme', 'ops', 'wms')).toEqual([]);
  });
});

describe('in bulk', () => {
  test('users are warmed up, so that their first request finds what they may do', async () => {
    users.set('user:joe', samplePrincipal({ subject: 'joe', roles: ['ops'] }));
    await cache.warmUpCache('acme', ['user:jane', 'user:joe', 'nobody']);
    expect(timesWorked()).toBe(2);
    expect(cache.authorize(users.get('user:joe')!)).toBeInstanceOf(Authorization);
    expect(cache.authorize(jane())).toBeInstanceOf(Authorization);
    expect(timesWorked()).toBe(2);
  });

  test('the roles of a tenant are worked out for a module', async () => {
    roles.set('other', ['log:read']);
    await cache.preloadModulePermissions('acme', 'wms');
    worked = [];
    expect(await cache.getRolePermissions('acme', 'ops', 'wms')).toEqual(['events:read']);
    expect(await cache.getRolePermissions('acme', 'other', 'wms')).toEqual(['log:read']);
    expect(worked).toEqual([]);
  });
});
