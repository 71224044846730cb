import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack, isWritten, mapped } from '../../testing/dialect-laws.js';
import { fileMonitorRecord as record } from '../../testing/seed-records.js';
import { fileChanges, fileModifications } from '../vocabulary.js';
import { fileMonitorDialect } from './file-monitor.js';

describe('a change of a file', () => {
  it('becomes an event, with every nanosecond of its time', () => {
    expect(mapped(fileMonitorDialect, record)).toEqual({
      id: record.id,
      time: '2025-10-06T12:54:12.025979644Z',
      action: 'file.modified',
      operation: 'update',
      actor: { type: 'user', id: 'user-123' },
      source: { process: 'monitor', agent_id: 'code-generation-agent', task_id: 'task-789' },
      session_id: 'session-456',
      file: {
        path: '/workspace/src/main.ts',
        change: 'modified',
        modification: 'content',
        checksum: record.checksum,
        size: 24,
        diff: record.metadata.diff,
        lines_added: 1,
        lines_removed: 1,
      },
      metadata: { 'file-monitor': { tenant_id: record.tenant_id, event_type: {}, metadata: {} } },
    });
    comesBack(fileMonitorDialect, record);
  });

  it('brings its own metadata to the top of ours', () => {
    const more = {
      ...record,
      metadata: { ...record.metadata, source: 'file-monitor', ingestion_timestamp: '2025-10-06T12:54:13.000Z' },
    };
    expect(mapped(fileMonitorDialect, more).metadata).toEqual({
      source: 'file-monitor',
      ingestion_timestamp: '2025-10-06T12:54:13.000Z',
      'file-monitor': { tenant_id: record.tenant_id, event_type: {} },
    });
    comesBack(fileMonitorDialect, more);
  });

  it.each([
    ['created', 'create'],
    ['deleted', 'delete'],
    ['renamed', 'update'],
    ['accessed', undefined],
  ])('of type %s has the operation %s', (type, operation) => {
    const event = mapped(fileMonitorDialect, { event_type: { type }, file_path: '/f' });
    expect(event.action).toBe(`file.${type}`);
    expect(event.operation).toBe(operation);
  });

  it.each([
    ['null where nothing is known', { user_id: null, checksum: null, file_size: null, metadata: null }],
    ['a time with an offset', { timestamp_utc: '2025-10-06T14:54:12.025979644+02:00' }],
    ['more digits than nanoseconds', { timestamp_utc: '2025-10-06T12:54:12.0259796441Z' }],
    ['no time', { timestamp_utc: 'yesterday' }],
    ['an unknown type', { event_type: { type: 'Accessed', modification_type: 'x', more: [1] } }],
    ['an id with a blank', { id: 'a b' }],
    ['sizes that are none', { file_size: -1, metadata: { lines_added: 1.5, lines_removed: '3' } }],
    ['a path that is too long', { file_path: 'x'.repeat(9_000) }],
    ['texts we refuse', { file_path: '/a\0b', process_name: '\ud800', metadata: { 'a\0': 1, diff: 'x\0' } }],
    ['names that are taken', { metadata: { 'file-monitor': 1, session_id: 's' } }],
    ['what the server would write', { metadata: { $detected: { a: 1 } } }],
    ['what only the server writes', { metadata: { $sealed: 'x' }, more: [{ $sealed: 'x' }] }],
    ['an escape in its metadata', { metadata: { $json: '"x"' } }],
    ['an empty escape', { metadata: { session_id: 's', $json: 5 } }],
    ['__proto__', JSON.parse('{"metadata":{"__proto__":{"x":1},"task_id":"t"},"__proto__":2}') as object],
  ])('comes back with %s', (_, members) => {
    comesBack(fileMonitorDialect, { ...record, ...members });
  });

  it('comes back whatever a valid one holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
    const valid = fc.record(
      {
        id: fc.uuid(),
        timestamp_utc: fc
          .tuple(fc.date({ min: new Date(0), max: new Date(1.7e12), noInvalidDate: true }), fc.nat(999_999))
          .map(([date, rest]) => date.toISOString().replace('Z', `${String(rest).padStart(6, '0')}Z`)),
        event_type: fc.record(
          { type: fc.constantFrom(...fileChanges), modification_type: fc.constantFrom(...fileModifications) },
          { requiredKeys: ['type'] },
        ),
        file_path: text,
        user_id: nullable(text),
        process_name: text,
        checksum: nullable(text),
        file_size: nullable(fc.nat()),
        metadata: fc.dictionary(fc.oneof(text, fc.constantFrom(...Object.keys(record.metadata))), anyJson, {
          maxKeys: 5,
        }),
        tenant_id: text,
      },
      { requiredKeys: ['event_type', 'file_path'] },
    );
    fc.assert(
      fc.property(valid, (change) => comesBack(fileMonitorDialect, change)),
      { numRuns: 1_000 },
    );
  });

  it('comes back whatever else it holds', () => {
    const members = fc.dictionary(
      fc.constantFrom(...Object.keys(record), '__proto__'),
      fc.oneof(anyJson, fc.constantFrom(...Object.values(record))),
    );
    fc.assert(
      fc.property(members, anyJson, (more, type) =>
        comesBack(fileMonitorDialect, { ...more, event_type: { type }, file_path: '/f' }),
      ),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is none', () => {
    for (const other of [null, 5, [], {}, { event_type: 'modified', file_path: '/f' }, { event_type: {} }])
      expect(fileMonitorDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
  });
});

it('writes an event of elsewhere without dropping anything', () => {
  const written = isWritten(fileMonitorDialect, {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    actor: { id: 'u', name: 'U' },
    metadata: { a: 1 },
  });
  expect(written).toEqual({
    id: 'e',
    timestamp_utc: '2025-01-01T00:00:00Z',
    event_type: { type: 'order.approve' },
    file_path: '',
    user_id: 'u',
    process_name: '',
    checksum: null,
    file_size: null,
    metadata: {
      a: 1,
      attestlog: { received_at: '2025-01-01T00:00:01Z', action: 'order.approve', actor: { name: 'U' } },
    },
  });
});
