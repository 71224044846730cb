import { defaultSealing } from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import { POLICY_ANSWER } from '../testing/policy-answer.js';
import { changedSettings, type PolicyChange } from './policy-change.js';
import { type OwnSettings, readPolicy } from './policy-in-force.js';

const change = (settings: OwnSettings, given: PolicyChange) =>
  changedSettings(readPolicy({ ...POLICY_ANSWER, settings }, 'x'), given);
const usage = expect.objectContaining({ exitCode: 4 });

describe('a change of a policy', () => {
  it('sets what is given and keeps the tenant’s other settings', () => {
    const settings: OwnSettings = { policy: { sample_salt: 's', level: 'all' }, maskStyle: 'hash' };
    expect(
      change(settings, { level: 'writes_only', sampleRate: 0.1, retentionDays: 30, reasonRequired: true }),
    ).toEqual({
      policy: { sample_salt: 's', level: 'writes_only', sample_rate: 0.1, retention_days: 30 },
      maskStyle: 'hash',
      reasonForPersonalData: true,
    });
  });

  it('does not make the deployment’s settings the tenant’s own', () => {
    expect(change({}, { maskStyle: 'full' })).toEqual({ maskStyle: 'full' });
  });

  it('adds to the exclusions in force, and takes away from them', () => {
    expect(change({}, { excludeActions: ['user.read'], excludeResources: ['metric'] }).policy).toEqual({
      exclude_actions: ['health.*', 'user.read'],
      exclude_resources: ['metric'],
    });
    expect(change({}, { includeActions: ['health.*'] }).policy).toEqual({ exclude_actions: [] });
    expect(() => change({}, { includeActions: ['other'] })).toThrow(usage);
  });

  it('adds to the fields that are sealed, and never drops one that was not named', () => {
    const { sealing } = change({}, { seal: ['/metadata/iban=/metadata/id', '/targets/*/name'] });
    expect(sealing!.fields).toEqual([
      ...defaultSealing.fields,
      { path: '/metadata/iban', subject: '/metadata/id' },
      { path: '/targets/*/name' },
    ]);
    const without = change({}, { unseal: ['/source/ip'] }).sealing!.fields.map(({ path }) => path);
    expect(without).toEqual(['/actor/name', '/actor/email', '/actor/on_behalf_of/name', '/actor/on_behalf_of/email']);
  });

  it('replaces a field that is sealed already', () => {
    const { sealing } = change({}, { seal: ['/source/ip=/actor/id'] });
    expect(sealing!.fields.filter(({ path }) => path === '/source/ip')).toEqual([
      { path: '/source/ip', subject: '/actor/id' },
    ]);
  });

  it('says what is done with findings, kind by kind', () => {
    const settings: OwnSettings = { detection: { actions: { email: 'flag', jwt: 'mask' }, mask_style: 'full' } };
    expect(change(settings, { detect: ['email=seal', 'iban=refuse'] }).detection).toEqual({
      actions: { email: 'seal', jwt: 'mask', iban: 'refuse' },
      mask_style: 'full',
    });
  });

  it('leaves to the deployment what is unset, a part or a setting', () => {
    const settings: OwnSettings = {
      policy: { level: 'all', sample_rate: 0.5 },
      sealing: { fields: [] },
      maskStyle: 'full',
    };
    expect(change(settings, { unset: ['recording.level', 'sealing'] })).toEqual({
      policy: { sample_rate: 0.5 },
      maskStyle: 'full',
    });
    expect(change(settings, { unset: ['recording'] }).policy).toBeUndefined();
    for (const name of ['recording.async', 'detection', 'sealing.fields', 'x']) {
      expect(() => change(settings, { unset: [name] })).toThrow(usage);
    }
  });

  it('takes whole parts from a document, and changes them further', () => {
    const replaced: OwnSettings = { policy: { level: 'deletes_only' }, sealing: { fields: [] } };
    expect(change({ policy: { sample_rate: 0.5 } }, { replaced, seal: ['/message'] })).toEqual({
      policy: { level: 'deletes_only' },
      sealing: { fields: [{ path: '/message' }] },
    });
    expect(() => change({}, { replaced: { plicy: {} } as OwnSettings })).toThrow(usage);
  });

  it.each<[string, PolicyChange, string]>([
    ['an action that there is none of', { detect: ['email=hide'] }, 'detection.actions.email'],
    ['a kind that there is none of', { detect: ['mail=mask'] }, 'detection'],
    ['a detection without an action', { detect: ['email'] }, 'KIND=ACTION'],
    ['a field that cannot be sealed', { seal: ['/actor/id'] }, 'sealing.fields'],
    ['a field of nobody', { seal: ['/message='] }, 'POINTER'],
    ['a field that is not sealed', { unseal: ['/message'] }, 'not sealed'],
    ['a name that excludes everything', { excludeActions: ['*'] }, 'recording.exclude_actions'],
  ])('refuses %s', (_, given, message) => {
    expect(() => change({}, given)).toThrow(message);
    expect(() => change({}, given)).toThrow(usage);
  });
});
