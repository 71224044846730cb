import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { POLICY_ANSWER } from '../testing/policy-answer.js';
import { readPolicy } from './policy-in-force.js';
import { trialOf } from './trial.js';
import { TrialTally, verdictWords } from './trial-report.js';

const context = {
  receivedAt: '2025-10-06T12:00:00Z',
  receivedAtNs: 1_759_752_000_000_000_000n,
  newId: () => 'trial',
  maxFutureSkewMs: Number.POSITIVE_INFINITY,
  sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
};
type Recording = Record<string, unknown>;

function judge(event: unknown, recording: Recording = {}, more: Record<string, unknown> = {}) {
  const answer = { ...POLICY_ANSWER, ...more, recording: { ...POLICY_ANSWER.recording, ...recording } };
  return trialOf(readPolicy(answer, 'x'), context)(event);
}

const EVENT = { id: 'e1', action: 'order.approve', operation: 'update' };

describe('what would become of an event', () => {
  it('is that it is recorded with its personal fields sealed', () => {
    const event = { ...EVENT, actor: { id: 'u1', email: 'jane@x.com' }, source: { ip: '203.0.113.7' } };
    const verdict = judge(event);
    expect(verdict).toMatchObject({ outcome: 'recorded', isByChance: false, sealed: ['/actor/email', '/source/ip'] });
    expect(verdictWords(verdict)).toBe('recorded: sealed /actor/email, /source/ip');
  });

  it('is that it is left out, and why', () => {
    expect(judge({ ...EVENT, action: 'health.check' })).toMatchObject({
      outcome: 'left_out',
      reason: 'excluded_action',
    });
    expect(judge({ ...EVENT, operation: 'read' }, { level: 'writes_only' })).toMatchObject({ reason: 'level' });
    expect(judge(EVENT, { sample_rate: 0 })).toMatchObject({ reason: 'sampling', isByChance: false });
  });

  it('is by chance where the rate decides by what is not known', () => {
    const { id: _, ...nameless } = EVENT;
    expect(judge(nameless, { sample_rate: 0.5 })).toMatchObject({ outcome: 'recorded', isByChance: true });
    expect(judge(EVENT, { sample_rate: 0.5 })).toMatchObject({ isByChance: false });
    expect(judge(EVENT, { sample_rate: 0.5, has_sample_salt: true })).toMatchObject({ isByChance: true });
    expect(judge({ ...EVENT, outcome: 'failure' }, { sample_rate: 0.5, has_sample_salt: true })).toMatchObject({
      outcome: 'recorded',
      isByChance: false,
    });
    expect(judge(nameless)).toMatchObject({ isByChance: false });
  });

  it('names what is found, and what is done with it', () => {
    const event = { ...EVENT, message: 'to jane@example.com', metadata: { iban: 'DE89370400440532013000' } };
    expect(judge(event, {}, { detection: { actions: { email: 'seal' } } })).toMatchObject({
      sealed: ['/message'],
      findings: [
        { kind: 'email', pointer: '/message', action: 'seal' },
        { kind: 'iban', pointer: '/metadata/iban', action: 'none' },
      ],
    });
  });

  it('is a refusal where detection, or the schema, wants it', () => {
    const refused = judge(
      { ...EVENT, message: 'jane@example.com' },
      {},
      { detection: { actions: { email: 'refuse' } } },
    );
    expect(refused).toMatchObject({ outcome: 'refused', problems: [{ code: 'personal-data', pointer: '/message' }] });
    expect(judge({ ...EVENT, action: 'Approve!' })).toMatchObject({
      outcome: 'refused',
      problems: [{ pointer: '/action' }],
    });
    expect(judge({ ...EVENT, metadata: { $sealed: 1 } })).toMatchObject({ outcome: 'refused' });
    expect(judge(null).outcome).toBe('refused');
  });

  it('is counted', () => {
    const tally = new TrialTally();
    const events = [EVENT, { ...EVENT, action: 'health.check' }, null, { ...EVENT, actor: { name: 'Jane' } }];
    for (const event of events) tally.add(judge(event));
    expect(tally.words()).toBe(
      '4 events: 2 recorded, 1 left out (excluded_action 1), 1 refused; 1 sealed field, 0 findings',
    );
  });
});
