import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissionContext } from '../../testing/admission-context.js';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack } from '../../testing/dialect-laws.js';
import { cloudtrailFiles, missingRealData } from '../../testing/real-data.js';
import { admitEvent } from '../admit.js';
import { canonicalJson } from '../canonical-json.js';
import { parseJson } from '../json.js';
import type { Json, JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { cloudtrailDialect } from './cloudtrail.js';

function toEvent(record: unknown): EventInput {
  const result = cloudtrailDialect.toEvent(record);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.event;
}

const record = {
  eventVersion: '1.08',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/jane',
    accountId: '111122223333',
    userName: 'jane',
  },
  eventTime: '2023-07-10T11:45:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.7',
  userAgent: 'aws-cli/2',
  errorCode: 'AccessDenied',
  errorMessage: 'Access Denied',
  requestParameters: { bucketName: 'reports', key: 'a.pdf' },
  responseElements: null,
  requestID: 'R1',
  eventID: '4b1c7c2e-0000-4000-8000-000000000001',
  readOnly: true,
  resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::reports/a.pdf' }, { accountId: '111122223333' }],
  eventType: 'AwsApiCall',
  eventCategory: 'Data',
};

describe('a CloudTrail record', () => {
  it('becomes an event', () => {
    expect(toEvent(record)).toEqual({
      id: record.eventID,
      time: record.eventTime,
      action: 's3.get_object',
      operation: 'read',
      category: 'data',
      actor: { type: 'user', id: 'arn:aws:iam::111122223333:user/jane', name: 'jane' },
      targets: [{ type: 'AWS::S3::Object', id: 'arn:aws:s3:::reports/a.pdf' }],
      outcome: 'denied',
      reason: 'AccessDenied',
      source: { ip: '192.0.2.7', user_agent: 'aws-cli/2', service: 's3.amazonaws.com', region: 'us-east-1' },
      request_id: 'R1',
      message: 'Access Denied',
      request: record.requestParameters,
      metadata: {
        cloudtrail: {
          eventVersion: '1.08',
          userIdentity: { type: 'IAMUser', principalId: 'AIDAEXAMPLE', accountId: '111122223333' },
          eventName: 'GetObject',
          responseElements: null,
          readOnly: true,
          resources: record.resources,
          eventType: 'AwsApiCall',
          eventCategory: 'Data',
        },
      },
    });
  });

  it('does not leave the name, the address or the ARN in the metadata', () => {
    expect(JSON.stringify(toEvent(record).metadata)).not.toMatch(/jane|192\.0\.2/);
  });

  it.each([
    ['GetFunction20150331v2', 'lambda.get_function20150331v2', 'read'],
    ['ListSSHPublicKeys', 'lambda.list_ssh_public_keys', 'read'],
    ['PutBucketPolicy', 'lambda.put_bucket_policy', 'update'],
    ['TerminateInstances', 'lambda.terminate_instances', 'delete'],
    ['AssumeRole', 'lambda.assume_role', 'login'],
    ['ConsoleLogin', 'lambda.console_login', 'login'],
    ['AuthorizeSecurityGroupIngress', 'lambda.authorize_security_group_ingress', 'grant'],
    ['Frobnicate', 'lambda.frobnicate', undefined],
    ['ünïcode/…', 'lambda.n_code', undefined],
    ['', 'lambda.unknown', undefined],
  ])('%s is %s', (eventName, action, operation) => {
    expect(toEvent({ eventName, eventSource: 'lambda.amazonaws.com' })).toMatchObject({
      action,
      ...(operation && { operation }),
    });
  });

  it.each([
    [{ errorCode: 'Client.UnauthorizedOperation' }, 'denied'],
    [{ errorCode: 'ThrottlingException' }, 'failure'],
    [{ eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } }, 'failure'],
    [{ errorCode: '' }, 'success'],
    [{}, 'success'],
  ])('%j ends as %s', (members, outcome) => {
    expect(toEvent({ eventName: 'X', ...members }).outcome).toBe(outcome);
  });

  it.each(['AWS Internal', 'secretsmanager.amazonaws.com'])('%s is no address', (sourceIPAddress) => {
    expect(toEvent({ eventName: 'X', sourceIPAddress }).source).toEqual({ host: sourceIPAddress });
  });

  it.each([
    ['a time with an offset', { eventTime: '2023-07-10T13:45:00+02:00' }],
    ['no time at all', { eventTime: 'soon' }],
    ['what does not fit', { eventID: 'a b', userAgent: 'x'.repeat(5_000), errorCode: 5, requestID: null }],
    ['an identity that is none', { userIdentity: 'jane' }],
    ['an identity without ARN', { userIdentity: { principalId: 'P' } }],
    ['a principal that looks like an ARN', { userIdentity: { principalId: 'arn:x' } }],
    ['an ARN that is none', { userIdentity: { arn: 'jane', principalId: 'P' } }],
    ['a reserved payload', { requestParameters: { $blob: 1 }, responseElements: { $json: '1' } }],
    ['numbers we refuse', { requestParameters: { a: 1e300, b: [-(2 ** 53)] }, additionalEventData: { c: 2 ** 60 } }],
    ['texts we refuse', { requestParameters: 'a\0', userAgent: '\ud800', extra: { 'a\0b': 1 } }],
    [
      'deep nesting',
      {
        requestParameters: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as Json,
        deep: JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as Json,
      },
    ],
    [
      '__proto__',
      JSON.parse(
        '{"__proto__":{"x":1},"requestParameters":{"__proto__":2},"userIdentity":{"__proto__":3}}',
      ) as JsonObject,
    ],
  ])('comes back with %s', (_, members) => {
    comesBack(cloudtrailDialect, { eventName: 'X', ...members });
  });

  it('comes back whatever it holds', () => {
    const names = Object.keys(record).concat('__proto__', 'sharedEventID');
    const like = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(anyJson, fc.constantFrom(...Object.values(record))),
      { maxKeys: 12 },
    );
    fc.assert(
      fc.property(like, (members) => comesBack(cloudtrailDialect, { ...members, eventName: 'X' })),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is none, or cannot be JSON', () => {
    for (const other of [null, 5, [], {}, { kind: 'Event' }]) {
      expect(cloudtrailDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
    }
    expect(cloudtrailDialect.toEvent({ eventName: 'X', requestParameters: { a: 1n } })).toMatchObject({
      ok: false,
      problems: [{ code: 'not-json' }],
    });
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(() => cloudtrailDialect.toEvent({ eventName: 'X', requestParameters: deep })).not.toThrow();
  });
});

it('unwraps log files, arrays and single records', () => {
  expect(cloudtrailDialect.recordsOf({ Records: [1, 2] })).toEqual([1, 2]);
  expect(cloudtrailDialect.recordsOf([1])).toEqual([1]);
  expect(cloudtrailDialect.recordsOf(record)).toEqual([record]);
});

it('writes an event of elsewhere without dropping anything', () => {
  const event: StoredEvent = {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    actor: { id: 'u', email: 'u@example.com' },
    source: { ip: '192.0.2.1', process: 'p' },
    outcome: 'denied',
    reason: 'limit',
    message: 'm',
    request: [1],
    metadata: { a: 1 },
  };
  expect(cloudtrailDialect.fromEvent(event)).toMatchObject({
    eventID: 'e',
    eventTime: event.time,
    eventName: 'order.approve',
    sourceIPAddress: '192.0.2.1',
    errorCode: 'limit',
    errorMessage: 'm',
    requestParameters: [1],
    userIdentity: { principalId: 'u' },
    additionalEventData: {
      actor: event.actor,
      source: event.source,
      outcome: 'denied',
      received_at: event.received_at,
      metadata: { a: 1 },
    },
  });
});

describe.skipIf(missingRealData)(`real CloudTrail records (${missingRealData ?? 'present'})`, () => {
  const records = missingRealData
    ? []
    : cloudtrailFiles().flatMap((text) => cloudtrailDialect.recordsOf(parseJson(text).value));

  it('all come back, and are admitted', () => {
    expect(records).toHaveLength(2_900);
    for (const real of records) {
      comesBack(cloudtrailDialect, real);
      const admitted = admitEvent(toEvent(real), admissionContext());
      if (!admitted.ok) throw new Error(canonicalJson(admitted.problems));
      expect(admitted).toMatchObject({ idGiven: true, timeGiven: true, blobs: [] });
    }
  });

  it('all have actor or service, operation and source', () => {
    const events = records.map(toEvent);
    const count = (has: (event: EventInput) => unknown) => events.filter(has).length;
    expect(count((event) => event.operation)).toBeGreaterThan(2_800);
    expect(count((event) => event.source?.service)).toBe(2_900);
    expect(count((event) => event.source?.ip ?? event.source?.host)).toBe(2_900);
    expect(count((event) => event.actor?.id)).toBeGreaterThan(2_800);
    expect(count((event) => event.outcome === 'denied')).toBe(60);
    expect(count((event) => event.outcome === 'failure')).toBe(240);
  });
});
