import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissionContext } from '../../testing/admission-context.js';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack } from '../../testing/dialect-laws.js';
import { kubernetesLines, missingRealData } from '../../testing/real-data.js';
import { admitEvent } from '../admit.js';
import { parseJson } from '../json.js';
import type { Json } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { kubernetesDialect } from './kubernetes.js';

function toEvent(record: unknown): EventInput {
  const result = kubernetesDialect.toEvent(record);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.event;
}

const record = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: 'a-1',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh',
  verb: 'create',
  user: { username: 'jane', uid: 'u-1', groups: ['system:authenticated'], extra: { k: ['v'] } },
  impersonatedUser: { username: 'system:serviceaccount:shop:bot', groups: [] },
  sourceIPs: ['203.0.113.9', '192.0.2.7'],
  userAgent: 'kubectl/1.30',
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1', subresource: 'exec' },
  responseStatus: { metadata: {}, status: 'Failure', message: 'not allowed', reason: 'Forbidden', code: 403 },
  requestObject: [{ op: 'add' }],
  responseObject: { kind: 'Status' },
  requestReceivedTimestamp: '2024-05-01T10:00:00.000001Z',
  stageTimestamp: '2024-05-01T10:00:00.123456Z',
  annotations: { 'authorization.k8s.io/decision': 'forbid' },
};

describe('a Kubernetes audit event', () => {
  it('becomes an event', () => {
    expect(toEvent(record)).toEqual({
      id: 'a-1:ResponseComplete',
      time: '2024-05-01T10:00:00.123456Z',
      action: 'pods.exec.create',
      operation: 'execute',
      actor: {
        type: 'user',
        id: 'jane',
        on_behalf_of: { type: 'service_account', id: 'system:serviceaccount:shop:bot' },
      },
      targets: [{ type: 'pods', id: 'shop/web', name: 'web' }],
      outcome: 'denied',
      reason: 'Forbidden',
      source: { service: 'kube-apiserver', ip: '192.0.2.7', user_agent: 'kubectl/1.30' },
      request_id: 'a-1',
      message: 'not allowed',
      request: record.requestObject,
      response: record.responseObject,
      metadata: {
        kubernetes: {
          kind: 'Event',
          apiVersion: 'audit.k8s.io/v1',
          level: 'RequestResponse',
          stage: 'ResponseComplete',
          requestURI: record.requestURI,
          verb: 'create',
          user: { uid: 'u-1', groups: ['system:authenticated'], extra: { k: ['v'] } },
          impersonatedUser: { groups: [] },
          sourceIPs: ['203.0.113.9'],
          objectRef: record.objectRef,
          responseStatus: { metadata: {}, status: 'Failure', code: 403 },
          requestReceivedTimestamp: record.requestReceivedTimestamp,
          stageTimestamp: record.stageTimestamp,
          annotations: record.annotations,
        },
      },
    });
  });

  it.each([
    [{ responseStatus: { code: 200 } }, 'success'],
    [{ responseStatus: { code: 404 } }, 'failure'],
    [{ responseStatus: { code: 401 } }, 'denied'],
    [{ stage: 'Panic' }, 'failure'],
    [{ stage: 'RequestReceived' }, undefined],
  ])('%j ends as %s', (members, outcome) => {
    expect(toEvent({ auditID: 'a', ...members }).outcome).toBe(outcome);
  });

  it('about a URL that is no resource has its path as target', () => {
    const event = toEvent({ auditID: 'a', verb: 'get', requestURI: '/healthz?verbose' });
    expect(event).toMatchObject({
      action: 'nonresource.get',
      operation: 'read',
      targets: [{ type: 'nonresource', id: '/healthz' }],
    });
  });

  it('of the oldest version has its timestamp as time', () => {
    const old = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1beta1',
      auditID: 'a',
      stage: 'RequestReceived',
      timestamp: '2017-09-11T20:27:42Z',
    };
    expect(toEvent(old).time).toBe('2017-09-11T20:27:42Z');
    comesBack(kubernetesDialect, old);
  });

  it.each([
    ['all its parts', record],
    ['no stage', { auditID: 'a:b' }],
    ['no auditID', { stage: 'Panic' }],
    ['an id that does not fit', { auditID: 'x'.repeat(128), stage: 'Panic' }],
    ['users without names', { auditID: 'a', user: {}, impersonatedUser: { username: 5 } }],
    ['only an impersonated user', { auditID: 'a', impersonatedUser: { username: 'x' } }],
    ['addresses that are none', { auditID: 'a', sourceIPs: ['192.0.2.1', 'AWS Internal'] }],
    ['no addresses', { auditID: 'a', sourceIPs: [] }],
    ['an address that is no list', { auditID: 'a', sourceIPs: '192.0.2.1' }],
    [
      'empty texts',
      { auditID: 'a', userAgent: '', responseStatus: { reason: '', message: '' }, user: { username: '' } },
    ],
    ['a status that is none', { auditID: 'a', responseStatus: null }],
    ['null payloads', { auditID: 'a', requestObject: null, responseObject: null }],
    ['a reserved payload', { auditID: 'a', requestObject: { $blob: {} } }],
    ['deep nesting', { auditID: 'a', responseObject: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as Json }],
  ])('comes back with %s', (_, foreign) => {
    comesBack(kubernetesDialect, foreign);
  });

  it('comes back whatever it holds', () => {
    const names = Object.keys(record).filter((name) => !['kind', 'apiVersion'].includes(name));
    const like = fc.dictionary(
      fc.constantFrom(...names, '__proto__'),
      fc.oneof(anyJson, fc.constantFrom(...Object.values(record))),
      { maxKeys: 12 },
    );
    fc.assert(
      fc.property(like, (members) => comesBack(kubernetesDialect, { ...members, auditID: 'a-2' })),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is none', () => {
    for (const other of [
      null,
      [],
      {},
      { kind: 'Pod', auditID: 'a' },
      { kind: 'Event', apiVersion: 'v1', auditID: 'a' },
    ]) {
      expect(kubernetesDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
    }
  });
});

it('unwraps event lists, arrays and single events', () => {
  expect(kubernetesDialect.recordsOf({ kind: 'EventList', items: [1, 2] })).toEqual([1, 2]);
  expect(kubernetesDialect.recordsOf([1])).toEqual([1]);
  expect(kubernetesDialect.recordsOf(record)).toEqual([record]);
});

it('writes an event of elsewhere without dropping anything', () => {
  const event: StoredEvent = {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    actor: { id: 'u', name: 'U' },
    source: { ip: '192.0.2.1' },
    reason: 'limit',
    metadata: { a: 1 },
  };
  const written = kubernetesDialect.fromEvent(event);
  expect(written).toMatchObject({
    auditID: 'e',
    stageTimestamp: event.time,
    user: { username: 'u' },
    sourceIPs: ['192.0.2.1'],
    responseStatus: { reason: 'limit' },
  });
  expect(JSON.parse((written.annotations as { 'attestlog/event': string })['attestlog/event'])).toMatchObject({
    action: 'order.approve',
    actor: event.actor,
    metadata: { a: 1 },
  });
  expect(kubernetesDialect.toEvent(written)).toMatchObject({ ok: true });
});

describe.skipIf(missingRealData)(`real Kubernetes audit events (${missingRealData ?? 'present'})`, () => {
  it.each([
    ['demo_full_v1beta1.ndjson', 757],
    ['demo_v1.ndjson', 37],
  ] as const)('all of %s come back, and are admitted', (name, lines) => {
    const events = kubernetesLines(name).map((line) => parseJson(line).value);
    expect(events).toHaveLength(lines);
    const ids = new Set<string>();
    for (const real of events) {
      comesBack(kubernetesDialect, real);
      const admitted = admitEvent(toEvent(real), admissionContext());
      if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
      expect(admitted).toMatchObject({ idGiven: true, timeGiven: true });
      ids.add(admitted.id);
    }
    expect(ids.size).toBe(lines);
  });
});
