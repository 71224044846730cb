import { expect, test } from 'vitest';
import { builtinRole, builtinRoles } from './builtin-roles.js';
import { CONDITIONAL } from './grants.js';
import { permissions } from './permissions.js';
import { ROLE_NAME } from './role-document.js';

const given = (name: keyof typeof builtinRoles) =>
  builtinRoles[name].grants.map(({ permission, reach }) => `${permission} ${reach}`).sort();

test('system_admin has every permission for every tenant, and nobody else has those of the deployment', () => {
  expect(given('system_admin')).toEqual(
    Object.keys(permissions)
      .map((name) => `${name} all`)
      .sort(),
  );
  for (const name of Object.keys(builtinRoles) as (keyof typeof builtinRoles)[]) {
    if (name === 'system_admin') continue;
    expect(given(name).filter((grant) => /^(system:|tenants:(create|update|delete))/.test(grant))).toEqual([]);
  }
});

test('only the readers of all tenants reach beyond their own, and they write nothing', () => {
  const wide = Object.entries(builtinRoles).filter(([, { grants }]) => grants.some(({ reach }) => reach === 'all'));
  expect(wide.map(([name]) => name)).toEqual(['audit_admin', 'system_admin']);
  expect(given('audit_admin').filter((grant) => /write|manage|update|erase|hold|delete|pii/.test(grant))).toEqual([]);
});

test('personal data are shown to administrators only', () => {
  const shown = Object.entries(builtinRoles).filter(([, { grants }]) =>
    grants.some(({ permission }) => permission === 'pii:read'),
  );
  expect(shown.map(([name]) => name)).toEqual(['system_admin', 'admin']);
});

test('a user reads its own events only', () => {
  for (const { permission, conditions } of builtinRole('user')!.grants) {
    expect(conditions).toEqual(CONDITIONAL.has(permission) ? { own: true } : undefined);
  }
});

test('names are names, and of no other thing', () => {
  for (const name of Object.keys(builtinRoles)) expect(name).toMatch(ROLE_NAME);
  for (const name of ['constructor', '__proto__', 'toString', 'Admin', '']) expect(builtinRole(name)).toBeUndefined();
});
