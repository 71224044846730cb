import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { eventInput } from '../../testing/arbitraries.js';
import { outcomes } from '../vocabulary.js';
import { decideRecording, type RecordingOrigin, recordingDecider } from './decide-recording.js';
import { levels } from './level.js';
import { defaultPolicy, mergePolicy, type PolicySettings } from './policy.js';
import { policyFromEnvironment } from './policy-environment.js';
import type { PolicyEvent } from './policy-event.js';

interface Case {
  policy: PolicySettings;
  event: PolicyEvent;
  by_system?: boolean;
  decision: string;
}

const { cases } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../testdata/recording-decisions.json', import.meta.url)), 'utf8'),
) as { cases: Case[] };

const decide = (event: PolicyEvent, settings: PolicySettings = {}, origin?: RecordingOrigin) => {
  const decision = decideRecording(event, mergePolicy(defaultPolicy, settings), origin);
  return decision.record ? 'record' : decision.reason;
};

it.each(cases)(
  'decides as the vectors for other languages say: $policy $event',
  ({ policy, event, by_system, decision }) => {
    expect(decide(event, policy, { bySystem: by_system === true })).toBe(decision);
  },
);

describe('the scenarios of the request for these settings', () => {
  /** Decides under the settings of an environment, over the defaults. */
  const under = (env: Record<string, string>) => {
    const read = policyFromEnvironment(env);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return (event: PolicyEvent) => decide(event, read.settings) === 'record';
  };
  const creates: PolicyEvent = { action: 'tool.create', operation: 'create', targets: [{ type: 'tool', id: 't-1' }] };
  const lists: PolicyEvent = { action: 'tool.list', operation: 'read', targets: [{ type: 'tool' }] };
  const updates: PolicyEvent = { action: 'server.update', operation: 'update', targets: [{ type: 'server' }] };
  const deletes: PolicyEvent = { action: 'server.delete', operation: 'delete', targets: [{ type: 'server' }] };

  test('AUDIT_TRAIL_LEVEL=writes_only: a tool is created: recorded; tools are listed: not', () => {
    const isRecorded = under({ AUDIT_TRAIL_LEVEL: 'writes_only' });
    expect(isRecorded(creates)).toBe(true);
    expect(isRecorded(lists)).toBe(false);
  });

  test('AUDIT_TRAIL_LEVEL=mutations_only: a server is updated: recorded; a server is created: not', () => {
    const isRecorded = under({ AUDIT_TRAIL_LEVEL: 'mutations_only' });
    expect(isRecorded(updates)).toBe(true);
    expect(isRecorded({ ...creates, action: 'server.create' })).toBe(false);
  });

  test('AUDIT_TRAIL_LEVEL=all: any operation is recorded', () => {
    const isRecorded = under({ AUDIT_TRAIL_LEVEL: 'all' });
    expect([creates, lists, updates, deletes].map(isRecorded)).toEqual([true, true, true, true]);
  });

  test('nothing set: writes_only', () => {
    expect([creates, lists, updates, deletes].map(under({}))).toEqual([true, false, true, true]);
  });

  test('AUDIT_TRAIL_EXCLUDE_ACTIONS=health_check,metrics_read', () => {
    const isRecorded = under({ AUDIT_TRAIL_EXCLUDE_ACTIONS: 'health_check,metrics_read' });
    expect(isRecorded({ action: 'health.check' })).toBe(false);
    expect(isRecorded({ action: 'gateway.health_check' })).toBe(false);
    expect(isRecorded({ action: 'metrics.read' })).toBe(false);
    expect(isRecorded(creates)).toBe(true);
  });

  test('AUDIT_TRAIL_EXCLUDE_RESOURCES=metric,health', () => {
    const isRecorded = under({ AUDIT_TRAIL_LEVEL: 'all', AUDIT_TRAIL_EXCLUDE_RESOURCES: 'metric,health' });
    expect(isRecorded({ action: 'metric.query', operation: 'read' })).toBe(false);
    expect(isRecorded({ action: 'dashboard.query', operation: 'read', targets: [{ type: 'metric' }] })).toBe(false);
    expect(isRecorded(lists)).toBe(true);
  });

  test('AUDIT_TRAIL_ENABLED=false: nothing', () => {
    expect([creates, lists, updates, deletes].map(under({ AUDIT_TRAIL_ENABLED: 'false' }))).not.toContain(true);
  });

  test('nine reads for each write: writes_only leaves out 90 %', () => {
    const isRecorded = under({ AUDIT_TRAIL_LEVEL: 'writes_only' });
    const traffic = Array.from({ length: 1000 }, (_, number) => (number % 10 === 0 ? creates : lists));
    expect(traffic.filter(isRecorded)).toHaveLength(100);
  });
});

const anyPolicy: fc.Arbitrary<PolicySettings> = fc.record({
  enabled: fc.boolean(),
  level: fc.constantFrom(...levels),
  exclude_actions: fc.subarray(['order.*', 'health_check', 'login', 'get_*']),
  exclude_resources: fc.subarray(['order', 's3', 'service:*e*', 'category:audit']),
  sample_rate: fc.constantFrom(0, 0.1, 0.5, 1),
  sample_reads: fc.boolean(),
  sample_writes: fc.boolean(),
  sample_salt: fc.string({ maxLength: 3 }),
});
const identified = fc
  .tuple(eventInput, fc.record({ correlation_id: fc.uuid() }, { requiredKeys: [] }))
  .map(([event, ids]) => ({ ...event, ...ids }));

describe('laws', () => {
  it('what the system writes about itself is recorded under every policy; from a client it is an event like any', () => {
    fc.assert(
      fc.property(identified, anyPolicy, (event, settings) => {
        expect(decide({ ...event, category: 'audit' }, settings, { bySystem: true })).toBe('record');
        expect(decide({ ...event, category: 'audit' }, { enabled: false })).toBe('disabled');
      }),
    );
  });

  it('failures, denials and critical events are never sampled out', () => {
    fc.assert(
      fc.property(
        identified,
        anyPolicy,
        fc.constantFrom<PolicyEvent>(
          { action: 'a.b', outcome: 'failure' },
          { action: 'a.b', outcome: 'denied' },
          { action: 'a.b', severity: 'critical' },
          { action: 'a.b', class: 'critical' },
        ),
        (event, settings, { action: _, ...outstanding }) => {
          expect(decide({ ...event, ...outstanding }, settings)).not.toBe('sampling');
        },
      ),
    );
  });

  it('denials and critical events are left out for no level', () => {
    fc.assert(
      fc.property(identified, anyPolicy, fc.constantFrom('denied', 'critical'), (event, settings, what) => {
        const outstanding = what === 'denied' ? { outcome: 'denied' as const } : { severity: 'critical' as const };
        expect(decide({ ...event, ...outstanding }, settings)).not.toBe('level');
      }),
    );
  });

  it('what an event does not say is not guessed', () => {
    fc.assert(
      fc.property(identified, fc.constantFrom(...levels), (event, level) => {
        const { operation: _, outcome: __, ...silent } = event;
        expect(decide(silent, { level })).toBe('record');
      }),
    );
  });

  it('a level that keeps less keeps nothing that a level above it leaves out', () => {
    const byOperation = levels.filter((level) => level !== 'failures_only');
    fc.assert(
      fc.property(identified, (event) => {
        const kept = byOperation.map((level) => decide(event, { level }) === 'record');
        expect(kept).toEqual([...kept].sort((a, b) => Number(b) - Number(a)));
      }),
    );
  });

  it('the events of one correlation that can be sampled are kept or left out together', () => {
    const sampled = identified.filter(
      ({ outcome, severity, class: retention }) =>
        (outcome === undefined || outcome === 'success') && severity !== 'critical' && retention !== 'critical',
    );
    fc.assert(
      fc.property(fc.uuid(), fc.array(sampled, { minLength: 2 }), fc.double({ min: 0, max: 1 }), (id, events, rate) => {
        const settings: PolicySettings = { level: 'all', sample_rate: rate };
        const decisions = events.map((event) => decide({ ...event, correlation_id: id }, settings));
        expect(new Set(decisions).size).toBe(1);
      }),
    );
  });

  it('an event that is kept at one rate is kept at every higher one', () => {
    fc.assert(
      fc.property(
        identified,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (event, a, b) => {
          const at = (rate: number) => decide(event, { level: 'all', sample_rate: rate });
          if (at(Math.min(a, b)) === 'record') expect(at(Math.max(a, b))).toBe('record');
        },
      ),
    );
  });

  it('decides the same for one event and for many', () => {
    fc.assert(
      fc.property(fc.array(identified), anyPolicy, (events, settings) => {
        const policy = mergePolicy(defaultPolicy, settings);
        const decider = recordingDecider(policy);
        for (const event of events) expect(decider(event)).toEqual(decideRecording(event, policy));
      }),
    );
  });
});

it('counts every outcome but success as one that failures_only is for', () => {
  const kept = outcomes.filter(
    (outcome) => decide({ action: 'a.b', outcome }, { level: 'failures_only' }) === 'record',
  );
  expect(kept).toEqual(['failure', 'denied']);
});

it('samples an event without any id by the one that it is about to get', () => {
  const settings: PolicySettings = { sample_rate: 0 };
  expect(decide({ action: 'a.b', operation: 'update' }, settings)).toBe('record');
  expect(decide({ action: 'a.b', operation: 'update' }, settings, { id: 'e-1' })).toBe('sampling');
});
