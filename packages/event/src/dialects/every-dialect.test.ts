import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissionContext } from '../../testing/admission-context.js';
import { eventInput } from '../../testing/arbitraries.js';
import { comesBack } from '../../testing/dialect-laws.js';
import { cloudtrailFiles, kubernetesLines, missingRealData } from '../../testing/real-data.js';
import { admitEvent } from '../admit.js';
import { canonicalJson } from '../canonical-json.js';
import { parseJson } from '../json.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { auditEventsDialect } from './audit-events.js';
import { cloudEventsDialect } from './cloudevents.js';
import { cloudtrailDialect } from './cloudtrail.js';
import type { Dialect } from './dialect.js';
import { fileMonitorDialect } from './file-monitor.js';
import { kubernetesDialect } from './kubernetes.js';
import { logsDialect } from './logs.js';
import { ocsfDialect } from './ocsf.js';
import { otlpDialect } from './otlp.js';
import { syslogDialect } from './syslog.js';

const dialects: readonly Dialect<unknown>[] = [
  cloudtrailDialect,
  kubernetesDialect,
  fileMonitorDialect,
  logsDialect,
  auditEventsDialect,
  cloudEventsDialect,
  otlpDialect,
  ocsfDialect,
  syslogDialect,
];

/** The event as it is stored. */
function stored(event: EventInput): StoredEvent {
  const admitted = admitEvent(event, admissionContext());
  if (!admitted.ok) throw new Error(canonicalJson(admitted.problems));
  return JSON.parse(new TextDecoder().decode(admitted.entry)) as StoredEvent;
}

describe.each(dialects.map((dialect) => [dialect.name, dialect] as const))('the dialect %s', (_, dialect) => {
  const added = ['created_at', 'partition_date'];

  it('takes what it writes of any event, and gives that back', () => {
    fc.assert(
      fc.property(eventInput, (event) => {
        const before = stored(event);
        const text = JSON.stringify(before);
        comesBack(dialect, dialect.fromEvent(before), added);
        expect(JSON.stringify(before)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('has the words of an event in what it writes of it', () => {
    const event = stored({
      id: 'the-id',
      time: '2025-10-06T12:54:12.025Z',
      action: 'noun.verb',
      category: 'the-category',
      actor: {
        type: 'actor-type',
        id: 'actor-id',
        name: 'actor-name',
        email: 'actor-email',
        on_behalf_of: { id: 'principal' },
      },
      targets: [{ type: 'target-type', id: 'target-id', name: 'target-name' }, { name: 'second' }],
      outcome: 'denied',
      reason: 'the-reason',
      source: { ip: '192.0.2.1', user_agent: 'agent', host: 'the-host', process: 'the-process', region: 'the-region' },
      session_id: 'the-session',
      request_id: 'the-request',
      correlation_id: 'the-correlation',
      trace_id: 'the-trace',
      message: 'the-message',
      changes: { before: 'was', after: 'becomes' },
      request: ['asked'],
      response: ['answered'],
      file: { path: 'the-path', previous_path: 'old-path', checksum: 'sum', diff: 'the-diff' },
      class: 'critical',
      metadata: { key: 'value', logs: 'not-a-record' },
    });
    const written = JSON.stringify(dialect.fromEvent(event));
    // A time may be written as a count.
    const words = wordsOf(event).filter((word) => word !== event.time);
    expect(words.filter((word) => !written.includes(word))).toEqual([]);
  });
});

describe('what is sealed or moved out', () => {
  const sealed = { $sealed: 'a'.repeat(64) };
  const blob = { $blob: { sha256: 'b'.repeat(64), bytes: 70_000, media_type: 'application/json' } };
  const whole = {
    id: 'i',
    time: '2025-10-06T12:54:12.025Z',
    received_at: '2025-10-06T12:54:12.025000000Z',
    action: 'noun.verb',
    actor: { id: 'a', name: sealed, email: sealed, on_behalf_of: { name: sealed, email: sealed } },
    source: { ip: sealed, host: sealed, user_agent: sealed },
    targets: [{ id: 't', name: sealed }],
    reason: sealed,
    message: sealed,
    file: { path: sealed, previous_path: sealed, diff: blob },
    request: blob,
    response: blob,
    changes: blob,
  } as unknown as StoredEvent;

  it.each(dialects.map((dialect) => [dialect.name, dialect] as const))(
    'is written in %s as what stands for it',
    (name, dialect) => {
      expect(JSON.stringify(dialect.fromEvent({ ...whole, metadata: {} }))).toContain('aaaa');
      // One that was a record, or looks so; and one of which everything is sealed that can be.
      for (const kept of [{}, { logRecord: {}, format: 'rfc5424', priority: 1 }, sealed])
        expect(dialect.fromEvent({ ...whole, metadata: { [name]: kept } })).toBeDefined();
    },
  );
});

describe('what is nested too deeply to be read by recursion', () => {
  const deep = (levels: number) => JSON.parse(`${'[{"values":'.repeat(levels)}1${'}]'.repeat(levels)}`) as unknown;
  const lists = JSON.parse(`${'{"arrayValue":{"values":['.repeat(50_000)}{}${']}}'.repeat(50_000)}`) as unknown;

  it.each<[string, Dialect<unknown>, (value: unknown) => object]>([
    ['cloudtrail', cloudtrailDialect, (value) => ({ eventName: 'X', requestParameters: value, resources: value })],
    ['kubernetes', kubernetesDialect, (value) => ({ auditID: 'a', requestObject: value, user: value })],
    [
      'file-monitor',
      fileMonitorDialect,
      (value) => ({ event_type: { type: value }, file_path: '/f', metadata: { value } }),
    ],
    ['logs', logsDialect, (value) => ({ action: 'VIEW', metadata: { value }, before_state: value, _id: value })],
    ['audit-events', auditEventsDialect, (value) => ({ action: 'x', request_data: value, status: value })],
    [
      'cloudevents',
      cloudEventsDialect,
      (value) => ({ specversion: '1.0', id: '1', source: '/', type: 'a', data: value }),
    ],
    ['otlp', otlpDialect, (value) => ({ logRecord: { body: value, attributes: [{ key: 'k', value: lists }] } })],
    ['ocsf', ocsfDialect, (value) => ({ class_uid: 3001, resources: value, user: { uid: value }, raw_data: value })],
    ['syslog', syslogDialect, (value) => [value]],
  ])('is refused by %s, or comes back', (_, dialect, record) => {
    comesBackOrIsRefused(dialect, record(deep(100)));
    comesBackOrIsRefused(dialect, record(deep(50_000)));
    expect(() => dialect.recordsOf(deep(50_000))).not.toThrow();
  });
});

function comesBackOrIsRefused(dialect: Dialect<unknown>, record: unknown): void {
  if (dialect.toEvent(record).ok) comesBack(dialect, record, ['created_at', 'partition_date']);
}

function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsOf) : [];
}

describe.skipIf(missingRealData)(`real events (${missingRealData ?? 'present'})`, () => {
  it('can be written in every dialect, and are taken again', () => {
    const records = [
      ...cloudtrailFiles()
        .flatMap((text) => cloudtrailDialect.recordsOf(parseJson(text).value))
        .filter((_, at) => at % 20 === 0)
        .map((record) => cloudtrailDialect.toEvent(record)),
      ...kubernetesLines('demo_v1.ndjson').map((line) => kubernetesDialect.toEvent(parseJson(line).value)),
    ];
    expect(records).toHaveLength(145 + 37);
    for (const result of records) {
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      const event = stored(result.event);
      for (const dialect of dialects) comesBack(dialect, dialect.fromEvent(event), ['created_at', 'partition_date']);
    }
  });
});
