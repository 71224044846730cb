import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack, isWritten, mapped } from '../../testing/dialect-laws.js';
import { ocsfDialect } from './ocsf.js';

/** In the form of the schema's public examples for CloudTrail, with other values. */
const accountChange = {
  activity_id: 1,
  activity_name: 'Create',
  actor: {
    idp: {},
    session: {
      created_time: 1_679_071_437_000,
      issuer: 'arn:aws:iam::112233445566:role/Admin',
      mfa: false,
      uid: 'sess-1',
    },
    user: { account_uid: '112233445566', type: 'AssumedRole', type_id: 2, uid: 'AROA:Admin-user', name: 'Admin-user' },
  },
  api: {
    operation: 'CreateUser',
    request: { uid: 'c99bf9da', data: { userName: 'test_user2' } },
    response: { data: { ok: true } },
    service: { name: 'iam.amazonaws.com' },
  },
  category_name: 'Identity & Access Management',
  category_uid: 3,
  class_name: 'Account Change',
  class_uid: 3001,
  cloud: { provider: 'AWS', region: 'us-east-1' },
  http_request: { user_agent: 'AWS Internal' },
  metadata: {
    product: { name: 'CloudTrail', vendor_name: 'AWS' },
    uid: '7dd15a89',
    version: '1.1.0',
    correlation_uid: 'c-1',
  },
  severity: 'Informational',
  severity_id: 1,
  src_endpoint: { ip: '192.0.2.21', hostname: 'bastion' },
  status: 'Success',
  status_id: 1,
  time: 1_679_072_879_000,
  type_name: 'Account Change: Create',
  type_uid: 300_101,
  unmapped: { eventType: 'AwsApiCall', readOnly: 'false' },
  user: { name: 'test_user2', uid: 'AIDA2', email_addr: 'test@example.com' },
};

describe('an OCSF event', () => {
  it('of an account change becomes an event', () => {
    const event = mapped(ocsfDialect, accountChange);
    expect(event).toEqual({
      id: '7dd15a89',
      time: '2023-03-17T17:07:59.000000000Z',
      action: 'iam.create_user',
      operation: 'create',
      category: 'iam',
      actor: { type: 'user', id: 'AROA:Admin-user', name: 'Admin-user' },
      targets: [{ type: 'user', id: 'AIDA2', name: 'test_user2' }],
      outcome: 'success',
      severity: 'info',
      source: {
        ip: '192.0.2.21',
        host: 'bastion',
        user_agent: 'AWS Internal',
        service: 'iam.amazonaws.com',
        region: 'us-east-1',
      },
      session_id: 'sess-1',
      request_id: 'c99bf9da',
      correlation_id: 'c-1',
      request: { userName: 'test_user2' },
      response: { ok: true },
      metadata: {
        ocsf: {
          activity_id: 1,
          activity_name: 'Create',
          actor: {
            idp: {},
            session: { created_time: 1_679_071_437_000, issuer: 'arn:aws:iam::112233445566:role/Admin', mfa: false },
            user: { account_uid: '112233445566', type: 'AssumedRole', type_id: 2 },
          },
          api: { operation: 'CreateUser', request: {}, response: {}, service: {} },
          category_name: 'Identity & Access Management',
          category_uid: 3,
          class_name: 'Account Change',
          class_uid: 3001,
          cloud: { provider: 'AWS' },
          http_request: {},
          metadata: { product: { name: 'CloudTrail', vendor_name: 'AWS' }, version: '1.1.0' },
          severity: 'Informational',
          severity_id: 1,
          src_endpoint: {},
          status: 'Success',
          status_id: 1,
          time: 1_679_072_879_000,
          type_name: 'Account Change: Create',
          type_uid: 300_101,
          unmapped: { eventType: 'AwsApiCall', readOnly: 'false' },
          user: { email_addr: 'test@example.com' },
        },
      },
    });
    comesBack(ocsfDialect, accountChange);
  });

  it('of an authentication without an actor has the user as actor', () => {
    const logon = {
      class_uid: 3002,
      activity_id: 1,
      status_id: 2,
      status_detail: 'bad password',
      time: 1_679_072_879_123,
      time_dt: '2023-03-17T17:07:59.123456Z',
      user: { uid: 'u-1', name: 'jane', email_addr: 'jane@example.com', type_id: 4 },
      session: { uid: 's-1' },
      src_endpoint: { ip: '::1' },
      raw_data: '{"raw": true}',
    };
    const event = mapped(ocsfDialect, logon);
    expect(event).toMatchObject({
      time: '2023-03-17T17:07:59.123456Z',
      action: 'authentication.logon',
      operation: 'login',
      outcome: 'failure',
      reason: 'bad password',
      actor: { type: 'service', id: 'u-1', name: 'jane', email: 'jane@example.com' },
      session_id: 's-1',
      request: '{"raw": true}',
    });
    expect(event.targets).toBeUndefined();
    expect(JSON.stringify(event.metadata)).not.toContain('jane');
    comesBack(ocsfDialect, logon);
    comesBack(ocsfDialect, { ...logon, actor: { user: {}, session: { uid: 'other' } } });
  });

  it.each([
    [{ class_uid: 3001, activity_id: 5 }, 'account_change.disable', 'disable'],
    [{ class_uid: 3002, activity_id: 2 }, 'authentication.logoff', 'logout'],
    [{ class_uid: 3005, activity_id: 3 }, 'user_access_management.assign_role', 'grant'],
    [{ class_uid: 3006, activity_id: 4 }, 'group_management.remove_user', 'revoke'],
    [{ class_uid: 3007, activity_id: 16 }, 'user_management.assign_roles', 'grant'],
    [{ class_uid: 4001, activity_id: 1 }, 'network_activity.open', undefined],
    [{ class_uid: 6001, activity_id: 7 }, 'web_resources_activity.export', 'export'],
    [
      { class_uid: 6003, activity_id: 2, api: { operation: 'GetObject', service: { name: 's3' } } },
      's3.get_object',
      'read',
    ],
    [{ class_uid: 6003, activity_id: 99, activity_name: 'Invoke', api: { operation: 'Run' } }, 'api.run', 'execute'],
    [{ class_uid: 6005, activity_id: 4 }, 'datastore_activity.query', 'read'],
    [
      { class_uid: 1007, class_name: 'Process Activity', activity_name: 'Launch' },
      'process_activity.launch',
      undefined,
    ],
    [{ class_uid: -5, activity_id: -1 }, 'ocsf.unknown', undefined],
  ])('%j is %s', (members, action, operation) => {
    const event = mapped(ocsfDialect, members);
    expect(event.action).toBe(action);
    expect(event.operation).toBe(operation);
    comesBack(ocsfDialect, members);
  });

  it.each([
    [{ status_id: 1 }, 'success'],
    [{ status_id: 2 }, 'failure'],
    [{ status_id: 2, api: { response: { error: 'AccessDenied' } } }, 'denied'],
    [{ status_id: 2, status_code: '403' }, 'denied'],
    [{ status_id: 1, action_id: 2 }, 'denied'],
    [{ status_id: 1, status_code: '401' }, 'success'],
    [{ status_id: 99, status: 'Blocked' }, 'denied'],
    [{ status_id: 0 }, undefined],
  ])('%j ends as %s', (members, outcome) => {
    expect(mapped(ocsfDialect, { class_uid: 6003, ...members }).outcome).toBe(outcome);
    comesBack(ocsfDialect, { class_uid: 6003, ...members });
  });

  it('of an authentication with an actor acted on the user', () => {
    const onBehalf = { class_uid: 3002, activity_id: 7, actor: { user: { uid: 'admin' } }, user: { uid: 'jane' } };
    expect(mapped(ocsfDialect, onBehalf)).toMatchObject({
      actor: { id: 'admin' },
      targets: [{ type: 'user', id: 'jane' }],
    });
    comesBack(ocsfDialect, onBehalf);
  });

  it('names what was acted on', () => {
    const record = {
      class_uid: 3006,
      activity_id: 3,
      user: { uid: 'u-2', name: 'Jo' },
      group: { uid: 'g-1', name: 'admins' },
      resources: [{ type: 'Bucket', uid: 'b-1' }, { owner: 'x' }, 5],
    };
    expect(mapped(ocsfDialect, record).targets).toEqual([
      { type: 'user', id: 'u-2', name: 'Jo' },
      { type: 'group', id: 'g-1', name: 'admins' },
      { type: 'Bucket', id: 'b-1' },
    ]);
    comesBack(ocsfDialect, record);
    const many = {
      class_uid: 6003,
      user: { uid: 'u' },
      resources: Array.from({ length: 100 }, (_, at) => ({ uid: `r${at}` })),
    };
    expect(mapped(ocsfDialect, many).targets).toHaveLength(64);
    comesBack(ocsfDialect, many);
  });

  it.each([
    ['a user without a name beside a resource of that type', { user: {}, resources: [{ type: 'user', uid: 'r' }] }],
    ['a user of odd members', { user: { uid: 5, name: null }, resources: [{ type: 'user', uid: 'r', name: 'n' }] }],
    ['no user, and a resource of that type', { user: undefined, resources: [{ type: 'user', uid: 'r' }] }],
    ['both reasons', { status_detail: 'a', api: { response: { error: 'b' } } }],
    ['an empty response', { status_detail: 'a', api: { response: {} } }],
    ['both requests', { raw_data: 'raw', api: { request: {} }, http_request: { uid: 'h' } }],
    ['both sessions', { session: {}, actor: { session: { uid: 's' } } }],
    ['an address that is none', { src_endpoint: { ip: 'localhost' } }],
    ['an actor that is none', { actor: 'jane', user: { uid: 'u' } }],
    ['odd times', { time: 1e300, time_dt: 'now' }],
    ['reserved payloads', { raw_data: { $blob: 1 } }],
    ['null members', { actor: null, user: null, api: null, metadata: null, time: null, message: null }],
    ['texts we refuse', { message: 'a\0', user: { name: '\ud800' }, unmapped: { 'a\0': 1, $sealed: 'x' } }],
    ['__proto__', JSON.parse('{"__proto__":{"user":{}},"actor":{"__proto__":{"user":1}}}') as object],
  ])('comes back with %s', (_, members) => {
    comesBack(ocsfDialect, JSON.parse(JSON.stringify({ ...accountChange, ...members })));
    comesBack(ocsfDialect, JSON.parse(JSON.stringify({ class_uid: 3002, ...members })));
  });

  const text = fc.string({ unit: 'binary', maxLength: 10 });
  const user = fc.record({ uid: text, name: text, email_addr: text, type_id: fc.nat(5) }, { requiredKeys: [] });
  const session = fc.record({ uid: text }, { requiredKeys: [] });
  const optional = { requiredKeys: [] };
  const valid = fc.record(
    {
      class_uid: fc.constantFrom(3001, 3002, 3005, 3006, 4001, 6001, 6003, 6005, 2004),
      activity_id: fc.constantFrom(0, 1, 2, 3, 4, 5, 99),
      time: fc.integer({ min: 0, max: 1.7e12 }),
      metadata: fc.record({ uid: text, correlation_uid: text, version: text }, optional),
      actor: fc.record({ user, session }, optional),
      user,
      session,
      api: fc.record(
        {
          operation: text,
          service: fc.record({ name: text }, optional),
          request: fc.record({ uid: text, data: anyJson }, optional),
          response: fc.record({ error: text, data: anyJson }, optional),
        },
        optional,
      ),
      http_request: fc.record({ user_agent: text, uid: text }, optional),
      src_endpoint: fc.record({ ip: fc.oneof(fc.ipV4(), text), hostname: text }, optional),
      cloud: fc.record({ region: text }, optional),
      resources: fc.array(fc.record({ uid: text, name: text, type: fc.oneof(text, fc.constant('user')) }, optional), {
        maxLength: 3,
      }),
      severity_id: fc.nat(6),
      status_id: fc.nat(2),
      status_detail: text,
      message: text,
      raw_data: text,
      unmapped: fc.dictionary(text, anyJson, { maxKeys: 3 }),
    },
    { requiredKeys: ['class_uid', 'activity_id', 'time'] },
  );

  it('comes back whatever a valid one holds', () => {
    fc.assert(
      fc.property(valid, (event) => comesBack(ocsfDialect, event)),
      { numRuns: 2_000 },
    );
  });

  it('comes back whatever else it holds', () => {
    const members = fc.dictionary(
      fc.constantFrom(...Object.keys(accountChange), 'session', 'raw_data', 'status_detail', '__proto__'),
      fc.oneof(anyJson, fc.constantFrom(...Object.values(accountChange))),
    );
    const someClass = fc.constantFrom(3001, 3002, 6003, 99_999);
    fc.assert(
      fc.property(members, someClass, (more, class_uid) => comesBack(ocsfDialect, { ...more, class_uid })),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is none', () => {
    for (const other of [null, 5, [], {}, { class_uid: '3001' }, { class_uid: 1.5 }])
      expect(ocsfDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
  });
});

describe('an event of elsewhere', () => {
  const event = {
    id: 'e',
    time: '2025-01-01T00:00:00.123456789Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    operation: 'update' as const,
    actor: { id: 'u', name: 'U', type: 'user' },
    targets: [{ type: 'order', id: 'o-1' }],
    outcome: 'denied' as const,
    reason: 'limit',
    severity: 'warning' as const,
    source: { ip: '192.0.2.1', process: 'p' },
    message: 'm',
    request: [1],
    metadata: { a: 1 },
  };

  it('is API activity, without anything dropped', () => {
    expect(isWritten(ocsfDialect, event)).toEqual({
      category_uid: 6,
      class_uid: 6003,
      class_name: 'API Activity',
      activity_id: 3,
      activity_name: 'update',
      type_uid: 600_303,
      time: 1_735_689_600_123,
      time_dt: event.time,
      severity_id: 3,
      status_id: 2,
      status: 'denied',
      metadata: { uid: 'e', version: '1.8.0', product: { name: 'Attestlog', vendor_name: 'Attestlog' } },
      api: { operation: 'order.approve', request: { data: [1] }, response: { error: 'limit' } },
      actor: { user: { uid: 'u', name: 'U' } },
      src_endpoint: { ip: '192.0.2.1' },
      resources: [{ type: 'order', uid: 'o-1' }],
      message: 'm',
      unmapped: {
        actor: { type: 'user' },
        received_at: '2025-01-01T00:00:01Z',
        source: { process: 'p' },
        metadata: { a: 1 },
      },
    });
  });

  it('of a login is an authentication', () => {
    const { outcome: _, ...login } = { ...event, operation: 'login' as const, action: 'user.login' };
    expect(ocsfDialect.fromEvent(login)).toMatchObject({
      class_uid: 3002,
      activity_id: 1,
      type_uid: 300_201,
      status_id: 0,
      user: { uid: 'u', name: 'U' },
    });
  });
});
