import { defaultSealing, type SealingPolicy } from '@attestlog/event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Tenant } from '../tenants/tenant-directory.js';
import type { TenantSettings } from '../tenants/tenant-document.js';
import { TenantRules } from './tenant-rules.js';
import type { Rules } from './treatments.js';

const tenant = (settings: TenantSettings, revision = 1): Tenant => ({
  id: 'acme',
  revision,
  document: { created_at: '2025-10-06T12:00:00Z', settings },
});
let rules: TenantRules;
beforeEach(() => {
  rules = new TenantRules({}, defaultSealing);
});

const read = (text: string | undefined): Rules => (text === undefined ? {} : (JSON.parse(text) as Rules));
const ownFields: SealingPolicy = { fields: [{ path: '/source/ip' }] };

describe('what is sealed', () => {
  test('is what the deployment says, until the tenant says otherwise', () => {
    expect(rules.sealingOf(undefined)).toBe(defaultSealing);
    for (const owner of [undefined, tenant({}), tenant({ policy: { level: 'writes_only' } }, 2)]) {
      expect(read(rules.textFor(owner, false)).sealing).toEqual(defaultSealing);
    }
    const own = tenant({ sealing: ownFields }, 3);
    expect(read(rules.textFor(own, false)).sealing).toEqual(ownFields);
    expect(rules.textFor(tenant({ sealing: { fields: [] } }, 4), false)).toBeUndefined();
  });

  test('follows a tenant that is changed', () => {
    expect(read(rules.textFor(tenant({ sealing: ownFields }), false)).sealing).toEqual(ownFields);
    expect(read(rules.textFor(tenant({ sealing: defaultSealing }, 2), false)).sealing).toEqual(defaultSealing);
  });

  test('of the server’s own events leaves alone what the server says in metadata, such as certificates', () => {
    const owner = tenant({ sealing: { fields: [{ path: '/metadata/certificate' }, { path: '/source/ip' }] } });
    expect(read(rules.textFor(owner, true))).toEqual({ sealing: ownFields });
    expect(rules.textFor(tenant({ sealing: { fields: [{ path: '/metadata/certificate' }] } }, 2), true)).toBe(
      undefined,
    );
  });

  test('of the server’s own events is the same, and nothing else is done with them', () => {
    const owner = tenant({
      policy: { level: 'writes_only' },
      detection: { actions: { email: 'refuse' } },
      sealing: ownFields,
    });
    expect(read(rules.textFor(owner, true))).toEqual({ sealing: ownFields });
    expect(read(rules.textFor(undefined, true))).toEqual({ sealing: defaultSealing });
    expect(new TenantRules({}).textFor(owner, false)).toBeDefined();
    expect(new TenantRules({}).textFor(tenant({}), true)).toBeUndefined();
  });
});
