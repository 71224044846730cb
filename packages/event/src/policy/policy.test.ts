import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levels } from './level.js';
import { defaultPolicy, mergePolicy } from './policy.js';
import { policySchema, policySettingsSchema } from './policy-schema.js';

it('has defaults that are a policy', () => {
  expect(policySchema.parse(defaultPolicy)).toEqual(defaultPolicy);
  expect(policySettingsSchema.parse({})).toEqual({});
});

describe('a setting', () => {
  it.each([
    ['enabled', 'yes', 'Must be true or false.'],
    ['level', 'reads_only', `Must be one of: ${levels.join(', ')}.`],
    ['sample_rate', 1.01, 'Must be at most 1.'],
    ['sample_rate', -0.1, 'Must be at least 0.'],
    ['sample_rate', '0.5', 'Must be a number from 0 to 1.'],
    ['retention_days', 0, 'Must be at least 1.'],
    ['retention_days', 36_501, 'Must be at most 36500.'],
    ['retention_days', 1.5, 'Must be a whole number from 1 to 36500.'],
    ['buffer_flush_interval_seconds', 3601, 'Must be at most 3600.'],
    ['buffer_max_events', 0, 'Must be at least 1.'],
    ['cleanup_batch_events', 1_000_001, 'Must be at most 1000000.'],
    ['exclude_actions', [''], 'A name must not be empty.'],
    ['exclude_actions', ['a'.repeat(257)], 'A name has at most 256 characters.'],
    ['exclude_actions', ['a b'], 'A name has no spaces and no commas.'],
    ['exclude_actions', Array.from({ length: 257 }, () => 'a'), 'At most 256 names.'],
    ['exclude_resources', ['*'], /a letter or a digit/],
    ['exclude_resources', ['*.*'], /a letter or a digit/],
    ['exclude_resources', ['service:*'], /a letter or a digit/],
    ['sample_salt', 'a'.repeat(129), 'At most 128 characters.'],
  ])('%s: %j is refused', (setting, value, message) => {
    const read = policySettingsSchema.safeParse({ [setting]: value });
    expect(read.error?.issues[0]?.path[0]).toBe(setting);
    expect(read.error?.issues[0]?.message).toMatch(message);
  });

  it('that there is none of is refused', () => {
    expect(policySettingsSchema.safeParse({ leval: 'all' }).success).toBe(false);
  });

  it('at its bound is taken', () => {
    const settings = {
      exclude_actions: Array.from({ length: 256 }, () => 'a'.repeat(256)),
      retention_days: 36_500,
      sample_rate: 0,
    };
    expect(policySettingsSchema.parse(settings)).toEqual(settings);
  });
});

describe('settings that are merged', () => {
  it('win as a whole, in their order, where they are set', () => {
    const merged = mergePolicy(
      defaultPolicy,
      { level: 'all', exclude_actions: ['a', 'b'], retention_days: 365 },
      { exclude_actions: ['c'], level: undefined },
    );
    expect(merged).toEqual({ ...defaultPolicy, level: 'all', exclude_actions: ['c'], retention_days: 365 });
  });

  it('change nothing that was there before', () => {
    const settings = fc.record(
      { level: fc.constantFrom(...levels), sample_rate: fc.double({ min: 0, max: 1, noNaN: true }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(settings, settings, (first, second) => {
        const before = JSON.stringify(defaultPolicy);
        const merged = mergePolicy(defaultPolicy, first, second);
        expect(JSON.stringify(defaultPolicy)).toBe(before);
        expect(merged).toEqual(mergePolicy(mergePolicy(defaultPolicy, first), second));
        expect(policySchema.safeParse(merged).success).toBe(true);
      }),
    );
  });
});
