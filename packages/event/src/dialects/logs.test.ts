import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack, isWritten, mapped } from '../../testing/dialect-laws.js';
import { logRecord as record } from '../../testing/seed-records.js';
import { logsDialect } from './logs.js';

const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as unknown;

describe('an entry of a log API', () => {
  it('becomes an event', () => {
    expect(mapped(logsDialect, record)).toEqual({
      time: '2025-03-01T09:00:00Z',
      action: 'order.update',
      operation: 'update',
      actor: { id: 'u-1' },
      targets: [{ type: 'order', id: 'o-1' }],
      severity: 'warning',
      source: { ip: '2001:db8::1', user_agent: 'Mozilla/5.0' },
      session_id: 's-1',
      request_id: 'r-1',
      message: 'Order changed',
      changes: { before: { total: 1 }, after: { total: 2 } },
      metadata: { amount: 950, tags: ['a'], logs: { action: 'UPDATE' } },
    });
    comesBack(logsDialect, record);
  });

  it.each([
    ['CREATE', 'order.create', 'create'],
    ['DELETE', 'order.delete', 'delete'],
    ['VIEW', 'order.view', 'read'],
    ['EXPORT', 'order.export', 'export'],
    ['Frobnicate', 'order.frobnicate', undefined],
  ])('with the action %s is %s', (action, name, operation) => {
    const event = mapped(logsDialect, { action, resource_type: 'order' });
    expect(event.action).toBe(name);
    expect(event.operation).toBe(operation);
  });

  it.each([
    ['INFO', 'info'],
    ['ERROR', 'error'],
    ['CRITICAL', 'critical'],
    ['warn', 'warning'],
    ['Info', 'info'],
    ['verbose', undefined],
    [3, undefined],
  ])('of severity %s is %s', (severity, ours) => {
    expect(mapped(logsDialect, { action: 'VIEW', severity }).severity).toBe(ours);
    comesBack(logsDialect, { action: 'VIEW', severity });
  });

  it.each([
    ['its own id', { id: 'l-1' }, 'l-1'],
    ['an id of a database', { _id: { $oid: '507f1f77bcf86cd799439011' } }, '507f1f77bcf86cd799439011'],
    ['both', { _id: 'a', id: 'b' }, 'a'],
    ['an id that fits nowhere', { _id: 5, id: 'b' }, undefined],
  ])('with %s has an id', (_, members, id) => {
    expect(mapped(logsDialect, { ...record, ...members }).id).toBe(id);
    comesBack(logsDialect, { ...record, ...members });
  });

  it('of a time without an offset happened then in UTC', () => {
    const naive = { ...record, timestamp: '2025-03-01 09:00:00.123456' };
    expect(mapped(logsDialect, naive).time).toBe('2025-03-01T09:00:00.123456Z');
    comesBack(logsDialect, naive);
  });

  it.each([
    ['no more than an action', { timestamp: undefined }],
    ['a proxy chain as address', { ip_address: '192.0.2.1, 198.51.100.7' }],
    ['null states', { before_state: null, after_state: null, metadata: null }],
    ['reserved states', { before_state: { $blob: 1 }, after_state: { $json: '1' } }],
    ['no metadata', { metadata: {} }],
    ['what only the server writes', { metadata: { $sealed: 'x' }, before_state: { a: { $sealed: 'x' } } }],
    ['deep states', { before_state: nested(500), after_state: nested(61), metadata: nested(62) }],
    ['names that are taken', { metadata: { logs: 1 } }],
    ['a resource of odd types', { resource_type: 5, resource_id: ['o'] }],
    ['empty texts', { user_id: '', message: '', ip_address: '', resource_type: '' }],
    ['a long message', { message: 'm'.repeat(20_000) }],
    ['texts we refuse', { message: 'a\0', user_id: '\ud800', metadata: { 'a\0': 1e300 } }],
    [
      '__proto__',
      JSON.parse('{"metadata":{"__proto__":{"x":1}},"__proto__":2,"before_state":{"__proto__":3}}') as object,
    ],
  ])('comes back with %s', (_, members) => {
    comesBack(logsDialect, JSON.parse(JSON.stringify({ ...record, ...members })));
  });

  it('comes back without states that were too large for its entry, as references to them', () => {
    const large = mapped(logsDialect, record);
    const reference = { $blob: { sha256: 'a'.repeat(64), bytes: 70_000, media_type: 'application/json' as const } };
    const { before_state: _, after_state: __, ...others } = record;
    const stored = { ...large, id: 'i', time: record.timestamp, received_at: record.timestamp, changes: reference };
    expect(logsDialect.fromEvent(stored)).toEqual({ ...others, id: 'i', changes: reference });
  });

  it('comes back however deep it is', () => {
    for (let levels = 50; levels < 70; levels++) {
      for (const member of ['before_state', 'metadata', 'other'])
        comesBack(logsDialect, { action: 'VIEW', [member]: nested(levels) });
    }
  });

  it('comes back whatever a valid one holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const valid = fc.record(
      {
        user_id: text,
        session_id: text,
        action: fc.constantFrom('CREATE', 'UPDATE', 'DELETE', 'VIEW', 'LOGIN'),
        resource_type: text,
        resource_id: text,
        timestamp: fc
          .date({ min: new Date(0), max: new Date(1.7e12), noInvalidDate: true })
          .map((date) => date.toISOString()),
        ip_address: fc.oneof(fc.ipV4(), fc.ipV6(), text),
        user_agent: text,
        before_state: fc.dictionary(text, anyJson, { maxKeys: 3 }),
        after_state: fc.dictionary(text, anyJson, { maxKeys: 3 }),
        metadata: fc.dictionary(text, anyJson, { maxKeys: 4 }),
        severity: fc.constantFrom('INFO', 'WARNING', 'ERROR', 'CRITICAL', 'debug'),
        message: text,
        request_id: text,
      },
      { requiredKeys: ['action'] },
    );
    fc.assert(
      fc.property(valid, (entry) => comesBack(logsDialect, entry)),
      { numRuns: 1_000 },
    );
  });

  it('comes back whatever else it holds', () => {
    const members = fc.dictionary(
      fc.constantFrom(...Object.keys(record), 'id', '_id', '__proto__'),
      fc.oneof(anyJson, fc.constantFrom(...Object.values(record))),
    );
    fc.assert(
      fc.property(members, (more) => comesBack(logsDialect, { ...more, action: 'VIEW' })),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is none', () => {
    for (const other of [null, 5, [], {}, { action: 5 }, { message: 'm' }])
      expect(logsDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
  });
});

it('unwraps what is sent in bulk', () => {
  expect(logsDialect.recordsOf({ logs: [1, 2] })).toEqual([1, 2]);
  expect(logsDialect.recordsOf([1])).toEqual([1]);
  expect(logsDialect.recordsOf(record)).toEqual([record]);
});

it('writes an event of elsewhere without dropping anything', () => {
  const written = isWritten(logsDialect, {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'report.open',
    operation: 'read',
    actor: { id: 'u', name: 'U' },
    targets: [{ id: 'first', type: 'report' }, { name: 'second' }],
    severity: 'error',
    changes: { before: 1 },
    metadata: { a: 1, '': [] },
  });
  expect(written).toEqual({
    id: 'e',
    timestamp: '2025-01-01T00:00:00Z',
    action: 'VIEW',
    user_id: 'u',
    resource_type: 'report',
    resource_id: 'first',
    severity: 'ERROR',
    before_state: 1,
    metadata: {
      a: 1,
      '': [],
      attestlog: {
        received_at: '2025-01-01T00:00:01Z',
        action: 'report.open',
        operation: 'read',
        actor: { name: 'U' },
        targets: [{ name: 'second' }],
      },
    },
  });
});
