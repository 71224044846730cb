import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finds } from '../../testing/finds.js';
import { samplePrincipal } from '../../testing/principals.js';
import { Authorization } from './authorization.js';
import { Delegations, excessOf } from './excess-grants.js';
import { CONDITIONAL, type Conditions, type Grant } from './grants.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';

const giver = (grants: readonly Grant[], more: Partial<Principal> = {}) =>
  new Authorization(samplePrincipal(more), grants);
const grant = (permission: Permission, reach: Grant['reach'] = 'own', conditions?: Conditions): Grant =>
  conditions === undefined ? { permission, reach } : { permission, reach, conditions };
const read = (conditions?: Conditions, reach: Grant['reach'] = 'own') => grant('events:read', reach, conditions);

/** Whether a giver with the first grants may give the second ones to somebody of a tenant. */
function may(
  has: Grant[],
  gives: Grant[],
  {
    tenant = 'acme' as string | undefined,
    carriesFilter = false,
    ...more
  }: Partial<Principal> & { carriesFilter?: boolean } = {},
) {
  return excessOf(giver(has, more), { grants: gives, tenant, carriesFilter }) === undefined;
}

describe('giving', () => {
  test('what one has is possible, and what one has not is not', () => {
    expect(may([read()], [read()])).toBe(true);
    expect(may([read()], [])).toBe(true);
    expect(may([read()], [read(), grant('events:write')])).toBe(false);
    expect(excessOf(giver([read()]), { grants: [grant('keys:manage')], tenant: 'acme', carriesFilter: false })).toEqual(
      {
        permission: 'keys:manage',
        tenant: 'acme',
      },
    );
  });

  test('beyond one’s own tenant needs a grant for all of them', () => {
    expect(excessOf(giver([read()]), { grants: [read()], tenant: 'other', carriesFilter: false })).toBeDefined();
    expect(may([read()], [read(undefined, 'all')])).toBe(false);
    expect(may([read(undefined, 'all')], [read(undefined, 'all')])).toBe(true);
    expect(excessOf(giver([read(undefined, 'all')]), { grants: [read()], tenant: 'other', carriesFilter: false })).toBe(
      undefined,
    );
  });

  test('for the own tenant to whoever has none is giving nothing', () => {
    expect(excessOf(giver([]), { grants: [read()], tenant: undefined, carriesFilter: false })).toBeUndefined();
    expect(
      excessOf(giver([read()]), { grants: [read(undefined, 'all')], tenant: undefined, carriesFilter: false }),
    ).toBeDefined();
  });

  test('of some events is possible where the conditions are seen to be as narrow', () => {
    expect(may([read()], [read({ modules: ['wms'] })])).toBe(true);
    expect(may([read({ modules: ['wms', 'hr'] })], [read({ modules: ['wms'] })])).toBe(true);
    expect(may([read({ modules: ['wms'] })], [read({ modules: ['wms', 'hr'] })])).toBe(false);
    expect(may([read({ modules: ['wms'] })], [read()])).toBe(false);
    expect(may([read({ modules: ['wms'] })], [read({ resources: ['wms'] })])).toBe(false);
    expect(may([read({ filter: 'reason:a' })], [read({ filter: 'reason:a', modules: ['wms'] })])).toBe(true);
    expect(may([read({ filter: 'reason:a' })], [read({ filter: 'reason:b' })])).toBe(false);
    expect(may([read({ modules: ['wms'] }), read({ modules: ['hr'] })], [read({ modules: ['wms', 'hr'] })])).toBe(
      false,
    );
  });

  test('of what depends on who reads is not possible, as it is something else for somebody else', () => {
    expect(may([read({ own: true })], [read({ own: true })])).toBe(false);
    expect(may([read({ filter: 'actor:@me' })], [read({ filter: 'actor:@me' })])).toBe(false);
    expect(may([read()], [read({ own: true })])).toBe(true);
  });

  test('by whoever has a filter of their own needs that filter in what is given', () => {
    const filter = 'reason:a';
    expect(may([read()], [read()], { filter })).toBe(false);
    expect(may([read()], [read({ filter })], { filter })).toBe(true);
    expect(may([read()], [read()], { filter, carriesFilter: true })).toBe(true);
    expect(may([grant('events:write')], [grant('events:write')], { filter })).toBe(true);
    expect(may([grant('log:entries')], [grant('log:entries')], { filter, carriesFilter: true })).toBe(false);
    expect(may([read()], [read()], { filter: 'actor:@me', carriesFilter: true })).toBe(false);
  });
});

const values = fc.subarray(['wms', 'hr', 'it'], { minLength: 1 });
const conditions: fc.Arbitrary<Conditions> = fc.record(
  {
    modules: values,
    resources: values,
    own: fc.constant(true as const),
    filter: fc.constantFrom('reason:wms', 'reason:hr', 'actor:@me', '(('),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const permission = fc.constantFrom<Permission>('events:read', 'events:write', 'log:entries', 'pii:read');
const anyGrant: fc.Arbitrary<Grant> = fc
  .tuple(permission, fc.constantFrom('own' as const, 'all' as const), fc.option(conditions, { nil: undefined }))
  .map(([name, reach, narrow]) =>
    grant(name, reach, CONDITIONAL.has(name) && Object.keys(narrow ?? {}).length > 0 ? narrow : undefined),
  );
const event: fc.Arbitrary<object> = fc.record(
  {
    category: fc.constantFrom('wms', 'hr', 'x'),
    targets: fc.tuple(fc.record({ type: fc.constantFrom('wms', 'hr', 'x') }, { noNullPrototype: true })),
    reason: fc.constantFrom('wms', 'hr'),
    actor: fc.record({ id: fc.constantFrom('giver', 'receiver', 'x') }, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
);

test('law: whoever was given something by the rule reads and does nothing that the giver cannot', () => {
  const grants = fc.array(anyGrant, { maxLength: 4 });
  const filter = fc.option(fc.constantFrom('reason:wms', 'actor:@me'), { nil: undefined });
  const home = fc.constantFrom('acme', undefined);
  let allowed = 0;
  fc.assert(
    fc.property(grants, grants, filter, fc.boolean(), home, home, event, (has, gives, own, carries, from, to, seen) => {
      const by = giver(has, { subject: 'giver', tenant: from, ...(own === undefined ? {} : { filter: own }) });
      if (excessOf(by, { grants: gives, tenant: to, carriesFilter: carries }) !== undefined) return;
      allowed += 1;
      const narrowed = carries && own !== undefined ? { filter: own } : {};
      const receiver = giver(gives, { subject: 'receiver', tenant: to, ...narrowed });
      for (const name of ['events:read', 'events:write', 'log:entries', 'pii:read'] as const) {
        for (const tenant of ['acme', 'other', undefined]) {
          const [gets, hasAlready] = [reaches(receiver, name, tenant, seen), reaches(by, name, tenant, seen)];
          expect([name, tenant, gets && !hasAlready]).toEqual([name, tenant, false]);
        }
      }
    }),
    { numRuns: 5000 },
  );
  expect(allowed).toBeGreaterThan(500);
});

function reaches(by: Authorization, name: Permission, tenant: string | undefined, seen: object): boolean {
  const extent = by.extentOf(name, tenant);
  return extent === 'all' || (extent !== 'none' && finds(extent.filter, seen));
}

describe('giving roles', () => {
  const delegations = new Delegations({
    grantsOf: async (names) => ({
      grants: names.includes('reader') ? [read()] : [],
      keys: new Set(),
      unknown: names.filter((name) => name !== 'reader'),
    }),
  });

  test.each([
    [[], ['reader'], true],
    [['events:read'], ['reader'], true],
    [['read:audit'], [], false],
    [['events:write'], [], false],
    [[], ['reader', 'unknown'], false],
    [['no:such'], [], true],
  ])('permissions %j and roles %j by a reader: %s', async (permissions, roles, expected) => {
    expect(await delegations.mayGive(giver([read()]), { permissions, roles, tenant: 'acme' })).toBe(expected);
  });

  test('and permissions to whoever has no tenant means for all tenants', async () => {
    const gift = { permissions: ['events:read'], roles: [], tenant: undefined };
    expect(await delegations.mayGive(giver([read()]), gift)).toBe(false);
    expect(await delegations.mayGive(giver([read(undefined, 'all')], { tenant: undefined }), gift)).toBe(true);
  });
});
