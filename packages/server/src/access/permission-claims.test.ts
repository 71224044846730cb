import { expect, test } from 'vitest';
import { permissionsOfClaim } from './permission-claims.js';

test('a claim is one of our permissions, or a word of another system that means some', () => {
  expect(permissionsOfClaim('keys:read')).toEqual(['keys:read']);
  expect(permissionsOfClaim('read:audit')).toContain('events:read');
  expect(permissionsOfClaim('write:audit')).toEqual(['events:write']);
});

test.each(['', 'read', 'audit:read', 'admin:audit', 'constructor', '__proto__', 'events:*', '*'])(
  'the claim %j gives nothing',
  (claim) => {
    expect(permissionsOfClaim(claim)).toEqual([]);
  },
);
