import { describe, expect, test } from 'vitest';
import { formOf, sealingPlan } from './sealing-plan.js';
import { defaultSealing, isSealable, SEALED_FIELDS_MAX_ITEMS, sealingPolicySchema } from './sealing-policy.js';

describe('what can be sealed', () => {
  test.each([
    '/actor/name',
    '/actor/on_behalf_of/email',
    '/targets/*/name',
    '/metadata/customer',
    '/metadata/customers/*/tax~1id',
    '/request',
    '/request/body/card',
    '/changes/before',
    '/changes/after/email',
  ])('%s', (path) => {
    expect(isSealable(path)).toBe(true);
    expect(sealingPolicySchema.safeParse({ fields: [{ path }] }).success).toBe(true);
  });

  test.each([
    '',
    '/',
    'actor/name',
    '/actor',
    '/actor/id',
    '/actor/name/first',
    '/targets/*/id',
    '/targets/0/name',
    '/id',
    '/time',
    '/action',
    '/outcome',
    '/metadata',
    '/changes',
    '/changes/other',
    '/requests',
    '/metadata/~x',
    `/metadata/${'x'.repeat(300)}`,
  ])('not %s', (path) => {
    expect(sealingPolicySchema.safeParse({ fields: [{ path }] }).success).toBe(false);
  });

  test('as many fields as the bound, and no more', () => {
    const fields = (count: number) => ({
      fields: Array.from({ length: count }, (_, i) => ({ path: `/metadata/f${i}` })),
    });
    expect(sealingPolicySchema.safeParse(fields(SEALED_FIELDS_MAX_ITEMS)).success).toBe(true);
    expect(sealingPolicySchema.safeParse(fields(SEALED_FIELDS_MAX_ITEMS + 1)).success).toBe(false);
  });
});

test('the default policy is a good one', () => {
  expect(sealingPolicySchema.parse(defaultSealing)).toEqual(defaultSealing);
});

describe('a plan', () => {
  test('has the outer fields first, with what the policy leaves to the names', () => {
    const plan = sealingPlan({
      fields: [
        { path: '/metadata/a/b', subject: '/metadata/a/id', search: false, form: 'email' },
        { path: '/source/ip' },
        { path: '/actor/email' },
      ],
    });
    expect(plan.map(({ path, form, search, subject }) => [path, form, search, subject])).toEqual([
      ['/source/ip', 'ip', true, undefined],
      ['/actor/email', 'email', true, undefined],
      ['/metadata/a/b', 'email', false, ['metadata', 'a', 'id']],
    ]);
  });

  test('is not made of what is no pointer', () => {
    expect(() => sealingPlan({ fields: [{ path: 'actor' }] })).toThrow(RangeError);
  });

  test.each([
    ['/metadata/Billing_Email', 'email'],
    ['/metadata/client_ip', 'ip'],
    ['/metadata/zip', 'text'],
    ['/actor/name', 'text'],
  ])('compares %s as %s', (path, form) => {
    expect(formOf(path)).toBe(form);
  });
});
