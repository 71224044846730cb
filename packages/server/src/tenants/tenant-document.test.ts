import { expect, test } from 'vitest';
import { tenantIdFor, tenantSettingsSchema } from './tenant-document.js';

test.each([
  { sealing: { fields: [{ path: '/targets/*/name', subject: '/targets/*/id', search: false }] } },
  { sealing: { fields: [] }, maskStyle: 'hash' },
  { detection: { actions: { email: 'seal', jwt: 'refuse' } } },
])('settings can be %j', (settings) => {
  expect(tenantSettingsSchema.parse(settings)).toEqual(settings);
});

test.each([
  { sealing: { fields: [{ path: '/actor/id' }] } },
  { sealing: {} },
  { maskStyle: 'none' },
  { detection: { actions: { email: 'encrypt' } } },
])('settings cannot be %j', (settings) => {
  expect(tenantSettingsSchema.safeParse(settings).success).toBe(false);
});

test('an id is made of the organization and chance', () => {
  expect(tenantIdFor('Straße & Söhne GmbH', Buffer.from('0a1b2c3d4e5f', 'hex'))).toMatch(
    /^tenant-[a-z0-9-]+-0a1b2c3d4e5f$/,
  );
  expect(tenantIdFor('日本', Buffer.alloc(6))).toBe('tenant-000000000000');
});
