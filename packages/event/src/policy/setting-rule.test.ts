import fc from 'fast-check';
import { expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import { defaultPolicy, type Policy, type PolicySettings } from './policy.js';
import { policySchema, type policySettingsSchema } from './policy-schema.js';
import { settingProblem, settingRules } from './setting-rule.js';

const settings = Object.keys(defaultPolicy) as (keyof Policy)[];
const name = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.constantFrom('a b', '*', 'service:*', 'order.*', 'a'.repeat(257), 'a'.repeat(256), 'a,b'),
);
const value = fc.oneof(
  fc.boolean(),
  fc.constantFrom('all', 'writes_only', 'x'.repeat(129), null, undefined, {}, Number.NaN, 2 ** 60, 36_501, 100_001),
  fc.double(),
  fc.integer({ min: -2, max: 4_000 }),
  fc.array(fc.oneof(name, fc.integer()), { maxLength: 3 }),
  fc.constant(Array.from({ length: 257 }, () => 'a')),
);

it('refuses what the schema refuses, in its first words', () => {
  fc.assert(
    fc.property(fc.constantFrom(...settings), value, (setting, value) => {
      const read = policySchema.shape[setting].safeParse(value);
      expect(settingProblem(setting, value)).toBe(read.error?.issues[0]?.message);
    }),
    { numRuns: 2_000 },
  );
});

it('has a rule and a type for each setting of the schema', () => {
  expect(Object.keys(settingRules)).toEqual(Object.keys(policySchema.shape));
  expectTypeOf<Policy>().toEqualTypeOf<z.infer<typeof policySchema>>();
  expectTypeOf<PolicySettings>().toEqualTypeOf<z.infer<typeof policySettingsSchema>>();
});
