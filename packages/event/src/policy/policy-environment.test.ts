import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicy, mergePolicy } from './policy.js';
import { policyFromEnvironment, policyVariables } from './policy-environment.js';
import { policySchema } from './policy-schema.js';

const problems = (variables: Record<string, string>) => {
  const read = policyFromEnvironment(variables);
  return read.ok ? [] : read.problems.map(({ variable, message }) => `${variable}: ${message}`);
};

it('reads the configuration that was recommended for production', () => {
  const read = policyFromEnvironment({
    AUDIT_TRAIL_ENABLED: 'true',
    AUDIT_TRAIL_LEVEL: 'writes_only',
    AUDIT_TRAIL_ASYNC: 'true',
    AUDIT_TRAIL_BUFFER_ENABLED: 'true',
    AUDIT_TRAIL_BUFFER_FLUSH_INTERVAL: '30',
    AUDIT_TRAIL_BUFFER_MAX_SIZE: '500',
    AUDIT_TRAIL_RETENTION_DAYS: '90',
    AUDIT_TRAIL_CLEANUP_ENABLED: 'true',
    AUDIT_TRAIL_CLEANUP_BATCH_SIZE: '10000',
  });
  expect(read.ok && mergePolicy(defaultPolicy, read.settings)).toEqual(defaultPolicy);
  expect(read.ok && Object.keys(read.settings)).toHaveLength(9);
});

it('reads the one for high security, and lists, shares and salts', () => {
  const read = policyFromEnvironment({
    AUDIT_TRAIL_LEVEL: ' ALL ',
    AUDIT_TRAIL_RETENTION_DAYS: '365',
    AUDIT_TRAIL_EXCLUDE_ACTIONS: 'health_check, metrics_read,',
    AUDIT_TRAIL_EXCLUDE_RESOURCES: '',
    AUDIT_TRAIL_SAMPLE_RATE: '.25',
    AUDIT_TRAIL_SAMPLE_READS: 'off',
    AUDIT_TRAIL_SAMPLE_SALT: '0',
    OTHER_VARIABLE: 'x',
  });
  expect(read).toEqual({
    ok: true,
    settings: {
      level: 'all',
      retention_days: 365,
      exclude_actions: ['health_check', 'metrics_read'],
      sample_rate: 0.25,
      sample_reads: false,
      sample_salt: '0',
    },
  });
});

describe('a mistake is told with the variable and what is wrong', () => {
  it.each([
    [{ AUDIT_TRAIL_ENABLED: 'maybe' }, 'AUDIT_TRAIL_ENABLED: Must be true or false. It is "maybe".'],
    [{ AUDIT_TRAIL_SAMPLE_RATE: '10%' }, 'AUDIT_TRAIL_SAMPLE_RATE: Must be a number from 0 to 1. It is "10%".'],
    [{ AUDIT_TRAIL_SAMPLE_RATE: '10' }, 'AUDIT_TRAIL_SAMPLE_RATE: Must be at most 1. It is "10".'],
    [{ AUDIT_TRAIL_SAMPLE_RATE: '0x1' }, 'AUDIT_TRAIL_SAMPLE_RATE: Must be a number from 0 to 1. It is "0x1".'],
    [
      { AUDIT_TRAIL_BUFFER_FLUSH_INTERVAL: '30s' },
      'AUDIT_TRAIL_BUFFER_FLUSH_INTERVAL: Must be a whole number from 1 to 3600. It is "30s".',
    ],
    [{ AUDIT_TRAIL_LEVL: 'all' }, 'AUDIT_TRAIL_LEVL: There is no such setting. Did you mean AUDIT_TRAIL_LEVEL?'],
    [{ AUDIT_TRAIL_COLOUR_OF_THE_BIKESHED: 'red' }, 'AUDIT_TRAIL_COLOUR_OF_THE_BIKESHED: There is no such setting.'],
  ])('%j', (variables, expected) => {
    expect(problems(variables as unknown as Record<string, string>)).toEqual([expected]);
  });

  it('all of them at once, and never the salt', () => {
    const found = problems({
      AUDIT_TRAIL_LEVEL: 'x',
      AUDIT_TRAIL_SAMPLE_SALT: `secret${'s'.repeat(200)}`,
      AUDIT_TRAIL_RETENTION_DAYS: '0',
    });
    expect(found).toHaveLength(3);
    expect(found.join()).not.toContain('secret');
  });
});

it('names every setting, and no variable twice', () => {
  expect(Object.keys(policyVariables)).toEqual(Object.keys(policySchema.shape));
  expect(new Set(Object.values(policyVariables)).size).toBe(Object.keys(policyVariables).length);
});

it('reads any texts without failing, and gives only settings that are good', () => {
  const variables = fc.dictionary(
    fc.constantFrom(...Object.values(policyVariables), 'AUDIT_TRAIL_X', 'PATH'),
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('true', '1', '0.5', '1e3', '-1', 'NaN', 'a,b', 'all')),
  );
  fc.assert(
    fc.property(variables, (variables) => {
      const read = policyFromEnvironment(variables);
      if (read.ok) expect(policySchema.safeParse(mergePolicy(defaultPolicy, read.settings)).success).toBe(true);
      else expect(read.problems.length).toBeGreaterThan(0);
    }),
  );
});
