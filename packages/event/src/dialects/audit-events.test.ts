import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack, isWritten, mapped } from '../../testing/dialect-laws.js';
import { auditEventRecord as record } from '../../testing/seed-records.js';
import { auditEventsDialect } from './audit-events.js';

const added = ['created_at', 'partition_date'];

describe('an audit event of a warehouse', () => {
  it('becomes an event', () => {
    expect(mapped(auditEventsDialect, record)).toEqual({
      id: record.audit_id,
      time: record.timestamp,
      action: 'invoice.export',
      operation: 'export',
      category: 'data_access',
      actor: { id: 'user_1' },
      targets: [{ type: 'invoice', id: 'inv-1' }],
      outcome: 'success',
      source: { ip: '203.0.113.9', user_agent: 'sdk/1.0', service: 'billing' },
      session_id: 's-1',
      correlation_id: 'c-1',
      request: { format: 'csv' },
      response: { rows: 10 },
      retention_days: 2_555,
      metadata: {
        department: 'finance',
        'audit-events': {
          action: 'EXPORT',
          tenant_id: 'tenant_123',
          created_at: record.created_at,
          partition_date: record.partition_date,
        },
      },
    });
    comesBack(auditEventsDialect, record);
  });

  it.each([
    [{ action: 'user.login' }, 'user.login'],
    [{ action: 'Users.Role.Assign' }, 'users.role.assign'],
    [{ action: 'read', resource_type: 'Invoice' }, 'invoice.read'],
    [{ action: 'read', service_name: 'billing' }, 'billing.read'],
    [{ event_type: 'LOGIN_FAILED' }, 'audit.login_failed'],
    [{ action: `${'.'.repeat(10_000)}` }, 'unknown.unknown.unknown.unknown.unknown.unknown.unknown.unknown'],
  ])('%j is %s', (members, action) => {
    expect(mapped(auditEventsDialect, members).action).toBe(action);
  });

  it.each([
    ['denied', 'denied'],
    ['FAILED', 'failure'],
    ['Success', 'success'],
    [200, 'success'],
    ['403', 'denied'],
    [503, 'failure'],
    ['pending', undefined],
    [42, undefined],
    [null, undefined],
  ])('of status %j ends as %s', (status, outcome) => {
    expect(mapped(auditEventsDialect, { action: 'x', status }).outcome).toBe(outcome);
    comesBack(auditEventsDialect, { action: 'x', status }, added);
  });

  it('has the time that a warehouse prints', () => {
    const printed = { ...record, timestamp: '2025-09-02 10:00:00.123456 UTC' };
    expect(mapped(auditEventsDialect, printed).time).toBe('2025-09-02T10:00:00.123456Z');
    comesBack(auditEventsDialect, printed);
  });

  it('comes back with when it was received', () => {
    const event = mapped(auditEventsDialect, { action: 'x', audit_id: 'a', timestamp: record.timestamp });
    const stored = { ...event, id: 'a', time: record.timestamp, received_at: '2026-01-01T00:00:00Z' };
    expect(auditEventsDialect.fromEvent(stored)).toEqual({
      action: 'x',
      audit_id: 'a',
      timestamp: record.timestamp,
      created_at: '2026-01-01T00:00:00Z',
      partition_date: '2025-09-02',
    });
  });

  it.each([
    ['null members', { request_data: null, response_data: null, metadata: null, user_id: null, status: null }],
    ['reserved payloads', { request_data: { $blob: 1 }, response_data: { $json: '1' } }],
    ['a retention that is none', { retention_period_days: 0 }],
    ['a retention for ever', { retention_period_days: 1e6 }],
    ['what only the server writes', { metadata: { $sealed: 'x' }, request_data: { $sealed: 'x' } }],
    ['names that are taken', { metadata: { 'audit-events': {} } }],
    ['an id with a blank', { audit_id: 'a b' }],
    ['texts we refuse', { event_type: 'a\0', request_data: '\ud800', metadata: { a: 2 ** 60 } }],
    ['__proto__', JSON.parse('{"metadata":{"__proto__":{"x":1}},"__proto__":2}') as object],
  ])('comes back with %s', (_, members) => {
    comesBack(auditEventsDialect, { ...record, ...members });
  });

  it('comes back whatever a valid one holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const valid = fc.record(
      {
        audit_id: fc.uuid(),
        timestamp: fc
          .date({ min: new Date(0), max: new Date(1.7e12), noInvalidDate: true })
          .map((date) => date.toISOString()),
        event_type: text,
        user_id: text,
        session_id: text,
        ip_address: fc.oneof(fc.ipV4(), fc.ipV6(), text),
        user_agent: text,
        resource_type: text,
        resource_id: text,
        action: text,
        status: fc.oneof(text, fc.constantFrom('success', 'failure', 'SUCCESS', 'denied')),
        request_data: anyJson,
        response_data: anyJson,
        metadata: fc.dictionary(text, anyJson, { maxKeys: 4 }),
        tenant_id: text,
        service_name: text,
        correlation_id: text,
        retention_period_days: fc.integer({ min: 1, max: 4_000 }),
        created_at: fc.constant('2025-09-02T10:00:01Z'),
        partition_date: fc.constant('2025-09-02'),
      },
      { requiredKeys: ['event_type', 'action'] },
    );
    fc.assert(
      fc.property(valid, (event) => comesBack(auditEventsDialect, event, added)),
      { numRuns: 1_000 },
    );
  });

  it('comes back whatever else it holds', () => {
    const members = fc.dictionary(
      fc.constantFrom(...Object.keys(record), '__proto__'),
      fc.oneof(anyJson, fc.constantFrom(...Object.values(record))),
    );
    fc.assert(
      fc.property(members, (more) => comesBack(auditEventsDialect, { ...more, action: 'read' }, added)),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is none', () => {
    for (const other of [null, 5, [], {}, { action: 5 }, { status: 'success' }])
      expect(auditEventsDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
  });
});

it('unwraps batches', () => {
  expect(auditEventsDialect.recordsOf({ events: [1, 2] })).toEqual([1, 2]);
  expect(auditEventsDialect.recordsOf([1])).toEqual([1]);
  expect(auditEventsDialect.recordsOf(record)).toEqual([record]);
});

it('writes an event of elsewhere without dropping anything', () => {
  const written = isWritten(auditEventsDialect, {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    actor: { id: 'u', name: 'U' },
    outcome: 'denied',
    severity: 'error',
    request: [1],
    metadata: { a: 1 },
  });
  expect(written).toEqual({
    audit_id: 'e',
    timestamp: '2025-01-01T00:00:00Z',
    event_type: 'order.approve',
    action: 'order.approve',
    user_id: 'u',
    status: 'denied',
    request_data: [1],
    created_at: '2025-01-01T00:00:01Z',
    partition_date: '2025-01-01',
    metadata: { a: 1, attestlog: { actor: { name: 'U' }, severity: 'error' } },
  });
});
