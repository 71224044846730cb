import { describe, expect, it } from 'vitest';
import { POLICY_ANSWER } from '../testing/policy-answer.js';
import { readPolicy } from './policy-in-force.js';
import { policyRows } from './policy-rows.js';

describe('a policy as the server shows it', () => {
  it('is read whole, also with what this version does not know', () => {
    const answer = { ...POLICY_ANSWER, more: 1, recording: { ...POLICY_ANSWER.recording, more: 1 } };
    expect(readPolicy(answer, 'x')).toMatchObject({
      tenant: 'acme',
      revision: 4,
      recording: { level: 'all', sample_salt: '' },
      isSaltKnown: true,
      maskStyle: 'partial',
    });
  });

  it('has a salt that is known only when it is the tenant’s own', () => {
    const salted = { ...POLICY_ANSWER, recording: { ...POLICY_ANSWER.recording, has_sample_salt: true } };
    expect(readPolicy(salted, 'x').isSaltKnown).toBe(false);
    const own = readPolicy({ ...salted, settings: { policy: { sample_salt: 's' } } }, 'x');
    expect([own.isSaltKnown, own.recording.sample_salt]).toEqual([true, 's']);
  });

  it('is nothing else', () => {
    for (const answer of [{}, { ...POLICY_ANSWER, recording: {} }, { ...POLICY_ANSWER, mask_style: 'x' }])
      expect(() => readPolicy(answer, 'x')).toThrow(expect.objectContaining({ exitCode: 1 }));
  });

  it('says of each setting who sets it, and never the salt', () => {
    const settings = { policy: { level: 'all', sample_salt: 'secret' }, maskStyle: 'partial' };
    const rows = policyRows(readPolicy({ ...POLICY_ANSWER, settings }, 'x'));
    const from = Object.fromEntries(rows.map((row) => [row.setting, row.from]));
    expect(from).toMatchObject({
      'recording.level': 'tenant',
      'recording.sample_rate': 'deployment',
      sealing: 'deployment',
      mask_style: 'tenant',
    });
    expect(JSON.stringify(rows)).not.toContain('secret');
    expect(rows.find(({ setting }) => setting === 'sealing')!.value).toContain('/actor/email');
  });
});
