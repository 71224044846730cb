import type { Filter } from '@attestlog/event';
import { describe, expect, test } from 'vitest';
import { finds } from '../../testing/finds.js';
import { samplePrincipal } from '../../testing/principals.js';
import { Authorization } from './authorization.js';
import type { Grant } from './grants.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';

function authorize(grants: readonly Grant[], more: Partial<Principal> = {}): Authorization {
  return new Authorization(samplePrincipal(more), grants);
}

function mayRead(authorization: Authorization, event: object, tenant = 'acme'): boolean {
  const extent = authorization.extentOf('events:read', tenant);
  return extent === 'all' || (extent !== 'none' && finds(extent.filter, event));
}

const own = (permission: Permission, conditions?: Grant['conditions']): Grant =>
  conditions === undefined ? { permission, reach: 'own' } : { permission, reach: 'own', conditions };

describe('without a grant', () => {
  test('nothing is allowed, anywhere', () => {
    const nobody = authorize([]);
    expect([nobody.can('events:read', 'acme'), nobody.can('events:read', undefined)]).toEqual([false, false]);
    expect(nobody.extentOf('events:read', 'acme')).toBe('none');
  });
});

describe('a grant for the own tenant', () => {
  test('holds there and nowhere else', () => {
    const reader = authorize([own('events:read')]);
    expect(reader.can('events:read', 'acme')).toBe(true);
    expect(reader.can('events:write', 'acme')).toBe(false);
    expect(reader.can('events:read', 'other')).toBe(false);
    expect(reader.can('events:read', undefined)).toBe(false);
    expect(reader.extentOf('events:read', 'acme')).toBe('all');
    expect(reader.extentOf('events:read', 'other')).toBe('none');
  });

  test('gives nothing to whoever has no tenant', () => {
    const nowhere = authorize([own('events:read')], { tenant: undefined });
    for (const tenant of ['acme', '', 'undefined', undefined]) expect(nowhere.can('events:read', tenant)).toBe(false);
  });
});

test('a grant for all tenants holds for each and for the deployment', () => {
  const reader = authorize([{ permission: 'events:read', reach: 'all' }]);
  for (const tenant of ['acme', 'other', undefined]) expect(reader.can('events:read', tenant)).toBe(true);
});

describe('filters', () => {
  test('of several grants of one permission are joined by or', () => {
    const reader = authorize([own('events:read', { modules: ['wms'] }), own('events:read', { filter: 'reason:a' })]);
    expect(mayRead(reader, { category: 'wms', reason: 'b' })).toBe(true);
    expect(mayRead(reader, { category: 'x', reason: 'a' })).toBe(true);
    expect(mayRead(reader, { category: 'x', reason: 'b' })).toBe(false);
  });

  test('fall away beside a grant without one, in either order', () => {
    const [narrow, wide] = [own('events:read', { modules: ['wms'] }), own('events:read')];
    expect(authorize([narrow, wide]).extentOf('events:read', 'acme')).toBe('all');
    expect(authorize([wide, narrow]).extentOf('events:read', 'acme')).toBe('all');
  });

  test('of grants for all tenants and for the own one meet in the own one only', () => {
    const reader = authorize([
      { permission: 'events:read', reach: 'all', conditions: { modules: ['wms'] } },
      own('events:read', { modules: ['hr'] }),
    ]);
    expect(mayRead(reader, { category: 'hr' })).toBe(true);
    expect(mayRead(reader, { category: 'wms' })).toBe(true);
    expect(mayRead(reader, { category: 'hr' }, 'other')).toBe(false);
    expect(mayRead(reader, { category: 'wms' }, 'other')).toBe(true);
  });

  test('that cannot be read give nothing, and take nothing from other grants', () => {
    expect(authorize([own('events:read', { filter: '((' })]).can('events:read', 'acme')).toBe(false);
    const reader = authorize([own('events:read', { filter: '((' }), own('events:read', { filter: 'reason:a' })]);
    expect([mayRead(reader, { reason: 'a' }), mayRead(reader, { reason: 'b' })]).toEqual([true, false]);
  });
});

describe('a principal’s own filter', () => {
  const grants: Grant[] = [
    own('events:read'),
    own('events:export', { modules: ['wms'] }),
    own('events:write'),
    own('log:read'),
    own('log:entries'),
    own('privacy:export'),
  ];

  test('narrows every grant that reads', () => {
    const key = authorize(grants, { filter: 'reason:a' });
    expect([mayRead(key, { reason: 'a' }), mayRead(key, { reason: 'b' })]).toEqual([true, false]);
    const { filter } = key.extentOf('events:export', 'acme') as { filter: Filter };
    expect(finds(filter, { reason: 'a', category: 'wms' })).toBe(true);
    expect(finds(filter, { reason: 'b', category: 'wms' })).toBe(false);
    expect(finds(filter, { reason: 'a', category: 'hr' })).toBe(false);
  });

  test('leaves what does not read events, and takes what hands them out unseen', () => {
    const key = authorize(grants, { filter: 'reason:a' });
    const held = (['events:write', 'log:read', 'log:entries', 'privacy:export'] as const).filter((permission) =>
      key.can(permission, 'acme'),
    );
    expect(held).toEqual(['events:write', 'log:read']);
  });

  test('that cannot be read lets nothing be read', () => {
    const key = authorize(grants, { filter: '((' });
    expect([key.can('events:read', 'acme'), key.can('events:write', 'acme')]).toEqual([false, true]);
  });
});
