import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receivedAtNs } from '../../testing/admission-context.js';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack, isWritten, mapped } from '../../testing/dialect-laws.js';
import type { JsonObject } from '../json-value.js';
import { logAttributeMoves, otlpDialect, resourceAttributeMoves } from './otlp.js';
import { type OtlpLog, requestOfRecords } from './otlp-request.js';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const log = {
  resourceLogs: {
    resource: {
      attributes: [
        text('service.name', 'checkout'),
        text('host.name', 'web-1'),
        text('deployment.environment', 'prod'),
      ],
    },
    schemaUrl: 'https://opentelemetry.io/schemas/1.27.0',
  },
  scopeLogs: { scope: { name: 'my.library', version: '1.0.0' } },
  logRecord: {
    timeUnixNano: '1544712660300000001',
    observedTimeUnixNano: '1544712660300000002',
    severityNumber: 13,
    severityText: 'WARN',
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    eventName: 'order.created',
    body: { stringValue: 'Order created' },
    attributes: [
      text('user.name', 'Jane'),
      text('user.id', 'u-1'),
      text('client.address', '192.0.2.7'),
      { key: 'order.total', value: { doubleValue: 9.5 } },
      { key: 'order.lines', value: { intValue: '3' } },
      { key: 'order.whole', value: { doubleValue: 3 } },
      { key: 'order.tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } } },
      { key: 'order.map', value: { kvlistValue: { values: [text('k', 'v')] } } },
    ],
  },
};

/** The example of opentelemetry-proto; as its integers of 64 bits stand there as numbers, so do some here. */
const example = {
  resourceLogs: [
    {
      resource: { attributes: [text('service.name', 'my.service')] },
      scopeLogs: [
        {
          scope: {
            name: 'my.library',
            version: '1.0.0',
            attributes: [text('my.scope.attribute', 'some scope attribute')],
          },
          logRecords: [
            {
              timeUnixNano: '1544712660300000000',
              observedTimeUnixNano: '1544712660300000000',
              severityText: 'Information',
              traceId: '5B8EFFF798038103D269B633813FC60C',
              spanId: 'EEE19B7EC3C1B174',
              body: { stringValue: 'Example log record' },
              attributes: [
                text('string.attribute', 'some string'),
                { key: 'boolean.attribute', value: { boolValue: true } },
                { key: 'int.attribute', value: { intValue: 10 } },
                { key: 'double.attribute', value: { doubleValue: 637.704 } },
              ],
            },
          ],
        },
      ],
    },
  ],
};

describe('a log record of OpenTelemetry', () => {
  it('becomes an event', () => {
    expect(mapped(otlpDialect, log)).toEqual({
      time: '2018-12-13T14:51:00.300000001Z',
      action: 'order.created',
      operation: 'create',
      actor: { id: 'u-1', name: 'Jane' },
      severity: 'warning',
      source: { service: 'checkout', host: 'web-1', ip: '192.0.2.7' },
      trace_id: '5b8efff798038103d269b633813fc60c',
      message: 'Order created',
      metadata: {
        otlp: {
          resourceLogs: {
            resource: {
              attributes: { 'deployment.environment': 'prod' },
              attributeKeys: ['service.name', 'host.name', 'deployment.environment'],
            },
            schemaUrl: 'https://opentelemetry.io/schemas/1.27.0',
          },
          scopeLogs: { scope: { name: 'my.library', version: '1.0.0' } },
          logRecord: {
            timeUnixNano: '1544712660300000001',
            observedTimeUnixNano: '1544712660300000002',
            severityNumber: 13,
            severityText: 'WARN',
            spanId: 'eee19b7ec3c1b174',
            eventName: 'order.created',
            attributes: {
              'order.total': 9.5,
              'order.lines': 3,
              'order.whole': { doubleValue: 3 },
              'order.tags': ['a', true],
              'order.map': { kvlistValue: { values: [text('k', 'v')] } },
            },
            attributeKeys: log.logRecord.attributes.map(({ key }) => key),
          },
        },
      },
    });
    comesBack(otlpDialect, log);
  });

  it('of the example comes back', () => {
    const [record] = otlpDialect.recordsOf(example);
    expect(mapped(otlpDialect, record)).toMatchObject({
      time: '2018-12-13T14:51:00.300000000Z',
      action: 'log.record',
      severity: 'info',
      message: 'Example log record',
      source: { service: 'my.service' },
    });
    comesBack(otlpDialect, record);
  });

  it.each([
    [{ timeUnixNano: '0', observedTimeUnixNano: '1' }, '1970-01-01T00:00:00.000000001Z'],
    [{ timeUnixNano: 1_544_712_660_300_000_000 }, '2018-12-13T14:51:00.300000000Z'],
    [{ timeUnixNano: '18446744073709551615' }, undefined],
    [{ timeUnixNano: '-1' }, undefined],
    [{ timeUnixNano: 1.5 }, undefined],
    [{ timeUnixNano: '99999999999999999999999' }, undefined],
    [{}, undefined],
  ])('%j happened at %s', (members, time) => {
    expect(mapped(otlpDialect, { logRecord: members }).time).toBe(time);
    comesBack(otlpDialect, { logRecord: members });
  });

  it('that came without a time comes back with that of its receipt', () => {
    const event = mapped(otlpDialect, { logRecord: {} });
    const stamp = '1970-01-01T00:00:01Z';
    expect(otlpDialect.fromEvent({ ...event, id: 'i', time: stamp, received_at: stamp })).toEqual({
      logRecord: { timeUnixNano: '1000000000' },
    });
  });

  it('takes the first of several attributes that fits', () => {
    const record = {
      logRecord: {
        attributes: [
          text('network.peer.address', '192.0.2.1'),
          text('client.address', 'unix:/socket'),
          text('source.address', '::1'),
        ],
      },
    };
    expect(mapped(otlpDialect, record).source).toEqual({ ip: '::1' });
    comesBack(otlpDialect, record);
  });

  it.each([
    ['no attributes', { attributes: [] }],
    ['an attribute twice', { attributes: [text('user.id', 'a'), text('user.id', 'b')] }],
    ['attributes without values', { attributes: [{ key: 'user.id' }, { key: 'user.name', value: {} }] }],
    ['attributes that are none', { attributes: ['x', 5, null] }],
    ['attributes that are no list', { attributes: { 'user.id': 'a' } }],
    ['what stands for the keys', { attributes: [text('user.id', 'a')], attributeKeys: ['user.id'] }],
    ['integers written as numbers', { attributes: [{ key: 'n', value: { intValue: 5 } }] }],
    ['integers beyond 2^53', { attributes: [{ key: 'n', value: { intValue: '9223372036854775807' } }] }],
    [
      'integers in odd writing',
      {
        attributes: [
          { key: 'n', value: { intValue: '+05' } },
          { key: 'm', value: { intValue: '-0' } },
        ],
      },
    ],
    ['numbers that are texts', { attributes: [{ key: 'n', value: { doubleValue: 'NaN' } }] }],
    ['bytes', { attributes: [{ key: 'n', value: { bytesValue: 'AAE=' } }], body: { bytesValue: 'AAE=' } }],
    [
      'empty lists',
      {
        attributes: [
          { key: 'n', value: { arrayValue: {} } },
          { key: 'm', value: { arrayValue: { values: [] } } },
        ],
      },
    ],
    [
      'lists in lists',
      { attributes: [{ key: 'n', value: { arrayValue: { values: [{ arrayValue: { values: [{}] } }] } } }] },
    ],
    ['a body that is a map', { body: { kvlistValue: { values: [text('k', 'v')] } } }],
    ['a body of a long text', { body: { stringValue: 'x'.repeat(20_000) } }],
    ['a body of two kinds', { body: { stringValue: 'a', intValue: '1' } }],
    ['an empty body', { body: { stringValue: '' } }],
    ['a null body', { body: null }],
    ['a reserved body', { body: { $blob: 1 } }],
    ['a key like a prototype', { attributes: [text('__proto__', 'x'), text('constructor', 'y')] }],
    ['keys we refuse', { attributes: [text('a\0', 'x'), text('\ud800', 'y')] }],
    ['reserved keys', { attributes: [text('$json', '1'), text('$sealed', 'x')] }],
    ['only an escape', { attributes: [text('$json', '1')] }],
  ])('comes back with %s', (_, members) => {
    comesBack(otlpDialect, { logRecord: { timeUnixNano: '5', ...members } });
    comesBack(otlpDialect, { logRecord: { ...log.logRecord, ...members }, resourceLogs: { resource: members } });
  });

  const keys = [...logAttributeMoves, ...resourceAttributeMoves].map(([key]) => key);
  const anyValue = fc.letrec<{ value: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.record({ stringValue: fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.ipV4()) }),
      fc.record({ boolValue: fc.boolean() }),
      fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
      fc.record({ doubleValue: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      fc.record({ bytesValue: fc.base64String({ maxLength: 8 }) }),
      fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
      fc.record({
        kvlistValue: fc.record({
          values: fc.array(fc.record({ key: fc.string(), value: tie('value') }), { maxLength: 2 }),
        }),
      }),
      fc.constant({}),
    ) as fc.Arbitrary<JsonObject>,
  })).value;
  const attributes = fc.uniqueArray(
    fc.record({ key: fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 5 })), value: anyValue }),
    { selector: ({ key }) => key, maxLength: 6 },
  );
  const count = fc.bigInt({ min: 0n, max: receivedAtNs }).map(String);
  const valid: fc.Arbitrary<OtlpLog> = fc.record({
    resourceLogs: fc.record({ resource: fc.record({ attributes }), schemaUrl: fc.string() }, { requiredKeys: [] }),
    scopeLogs: fc.record({ scope: fc.record({ name: fc.string(), attributes }) }, { requiredKeys: [] }),
    logRecord: fc.record(
      {
        timeUnixNano: count,
        observedTimeUnixNano: count,
        severityNumber: fc.nat(24),
        severityText: fc.string(),
        body: anyValue,
        attributes,
        droppedAttributesCount: fc.nat(),
        flags: fc.nat(255),
        traceId: fc.stringMatching(/^[0-9a-f]{32}$/),
        spanId: fc.stringMatching(/^[0-9a-f]{16}$/),
        eventName: fc.string(),
      },
      { requiredKeys: [] },
    ),
  }) as unknown as fc.Arbitrary<OtlpLog>;

  it('comes back whatever a valid one holds', () => {
    fc.assert(
      fc.property(valid, (record) => comesBack(otlpDialect, record)),
      { numRuns: 1_000 },
    );
  });

  it('comes back whatever else it holds', () => {
    const members = fc.dictionary(
      fc.constantFrom(...Object.keys(log.logRecord), 'attributeKeys', '__proto__'),
      fc.oneof(anyJson, fc.constantFrom(...Object.values(log.logRecord))),
    );
    fc.assert(
      fc.property(members, anyJson, anyJson, (logRecord, resource, scopeLogs) =>
        comesBack(otlpDialect, { logRecord, resourceLogs: { resource }, scopeLogs }),
      ),
      { numRuns: 1_000 },
    );
  });

  it('is taken out of requests, and requests come back', () => {
    expect(requestOfRecords(otlpDialect.recordsOf(example) as OtlpLog[])).toEqual(example);
    fc.assert(
      fc.property(fc.array(valid, { maxLength: 5 }), (records) => {
        const request = requestOfRecords(records);
        expect(otlpDialect.recordsOf(request)).toEqual(records);
        expect(otlpDialect.recordsOf([request, request])).toEqual([...records, ...records]);
      }),
      { numRuns: 200 },
    );
    const same = { resourceLogs: log.resourceLogs, scopeLogs: log.scopeLogs };
    const two = requestOfRecords([
      { ...same, logRecord: { a: 1 } },
      { ...same, logRecord: { a: 2 } },
    ]);
    expect(two.resourceLogs).toHaveLength(1);
  });

  it('is refused when it is none', () => {
    const records = otlpDialect.recordsOf({
      resourceLogs: [5, { scopeLogs: [null, { logRecords: ['x'] }] }, { scopeLogs: 7 }],
    });
    expect(records).toHaveLength(4);
    for (const other of [...records, null, [], {}, { logRecord: 'x' }])
      expect(otlpDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
  });
});

it('writes an event of elsewhere without dropping anything', () => {
  const written = isWritten(otlpDialect, {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    actor: { id: 'u', type: 'user' },
    severity: 'notice',
    source: { service: 'orders' },
    message: 'm',
    metadata: { a: 1 },
  });
  expect(written).toEqual({
    resourceLogs: { resource: { attributes: [text('service.name', 'orders')] } },
    scopeLogs: { scope: { name: 'attestlog' } },
    logRecord: {
      eventName: 'order.approve',
      timeUnixNano: '1735689600000000000',
      severityNumber: 10,
      body: { stringValue: 'm' },
      attributes: [
        text('log.record.uid', 'e'),
        text('user.id', 'u'),
        text('attestlog.event', '{"actor":{"type":"user"},"metadata":{"a":1},"received_at":"2025-01-01T00:00:01Z"}'),
      ],
    },
  });
});
