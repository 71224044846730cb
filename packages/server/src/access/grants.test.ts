import { describe, expect, test } from 'vitest';
import { finds } from '../../testing/finds.js';
import { filterOf, grantSchema, grantsOf, MAX_FILTER_CHARS, MAX_VALUES, modulePermissions } from './grants.js';

const read = { permissions: ['events:read'] };

describe('a grant', () => {
  test('of several permissions is one of each, under the same conditions', () => {
    const grant = grantSchema.parse({ permissions: ['events:read', 'events:export'], modules: ['wms'] });
    const conditions = { modules: ['wms'] };
    expect(grantsOf([grant], 'acme')).toEqual([
      { permission: 'events:read', reach: 'own', conditions },
      { permission: 'events:export', reach: 'own', conditions },
    ]);
  });

  test('for all tenants is one only in a role of the deployment, whatever the document of a tenant’s role says', () => {
    const grant = grantSchema.parse({ ...read, tenants: 'all' });
    expect(grantsOf([grant], undefined)[0]?.reach).toBe('all');
    expect(grantsOf([grant], 'acme')[0]?.reach).toBe('own');
  });

  test('whose permission cannot be narrowed gives nothing under conditions, whatever the document says', () => {
    expect(grantsOf([{ permissions: ['log:entries', 'events:read'], tenants: 'own', own: true }], 'acme')).toEqual([
      { permission: 'events:read', reach: 'own', conditions: { own: true } },
    ]);
  });

  test.each([
    ['an unknown permission', { permissions: ['events:raed'] }],
    ['no permission', { permissions: [] }],
    ['a permission that cannot be narrowed, with a condition', { permissions: ['log:entries'], own: true }],
    ['own that is not true', { ...read, own: false }],
    ['no module', { ...read, modules: [] }],
    ['too many modules', { ...read, modules: Array.from({ length: MAX_VALUES + 1 }, (_, i) => `m${i}`) }],
    ['an empty filter', { ...read, filter: '' }],
    ['a filter that is too long', { ...read, filter: 'x'.repeat(MAX_FILTER_CHARS + 1) }],
    ['a member that there is not', { ...read, module: 'wms' }],
    ['another reach', { ...read, tenants: 'some' }],
  ])('with %s is refused', (_what, grant) => {
    expect(grantSchema.safeParse(grant).success).toBe(false);
  });

  test('takes as much as it says', () => {
    const modules = Array.from({ length: MAX_VALUES }, (_, i) => `m${i}`);
    expect(grantSchema.safeParse({ ...read, modules, filter: 'x'.repeat(MAX_FILTER_CHARS) }).success).toBe(true);
  });
});

describe('conditions', () => {
  const event = {
    source: { service: 'wms' },
    category: 'stock',
    targets: [{ type: 'line' }, { type: 'order' }],
    actor: { id: 'jane' },
    reason: 'a',
  };
  const passes = (conditions: Parameters<typeof filterOf>[0], me = 'jane') => finds(filterOf(conditions, me)!, event);

  test('must all hold; of the values of one, one is enough', () => {
    expect(passes({ modules: ['finance', 'wms'] })).toBe(true);
    expect(passes({ modules: ['stock'] })).toBe(true);
    expect(passes({ modules: ['finance'] })).toBe(false);
    expect(passes({ resources: ['order'] })).toBe(true);
    expect(passes({ own: true })).toBe(true);
    expect(passes({ own: true }, 'joe')).toBe(false);
    expect(passes({ filter: 'reason:a' })).toBe(true);
    expect(passes({ filter: 'actor:@me' }, 'joe')).toBe(false);
    expect(passes({ modules: ['wms'], resources: ['order'], own: true, filter: 'reason:a' })).toBe(true);
    for (const wrong of [{ modules: ['x'] }, { resources: ['x'] }, { filter: 'reason:b' }]) {
      expect(passes({ modules: ['wms'], resources: ['order'], own: true, filter: 'reason:a', ...wrong })).toBe(false);
    }
  });

  test('with a filter that cannot be read mean no filter: the grant gives nothing', () => {
    expect(filterOf({ modules: ['wms'], filter: '((' }, 'jane')).toBeUndefined();
  });
});

test('the permissions of a module are those for all modules and those for that one, each once', () => {
  const grants = grantsOf(
    [
      { permissions: ['events:write', 'log:read'], tenants: 'own' },
      { permissions: ['events:read'], tenants: 'own', modules: ['wms', 'finance'] },
      { permissions: ['events:read', 'events:export'], tenants: 'own', modules: ['finance'] },
    ],
    'acme',
  );
  expect(modulePermissions(grants, 'wms')).toEqual(['events:read', 'events:write', 'log:read']);
  expect(modulePermissions(grants, 'finance')).toEqual(['events:export', 'events:read', 'events:write', 'log:read']);
  expect(modulePermissions(grants, 'hr')).toEqual(['events:write', 'log:read']);
});
