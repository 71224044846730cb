import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { comesBack, isWritten, mapped } from '../../testing/dialect-laws.js';
import { cloudEventMoves, cloudEventsDialect } from './cloudevents.js';
import { idOfEvent, severityOfEvent, traceOfParent } from './cloudevents-meaning.js';

/** The examples of the JSON format, version 1.0.2. */
const base = {
  specversion: '1.0',
  type: 'com.example.someevent',
  source: '/mycontext',
  time: '2018-04-05T17:31:00Z',
  comexampleextension1: 'value',
  comexampleothervalue: 5,
};
const examples = {
  binary: {
    ...base,
    id: 'A234-1234-1234',
    datacontenttype: 'application/vnd.apache.thrift.binary',
    data_base64: 'AAE=',
  },
  xml: {
    ...base,
    id: 'B234-1234-1234',
    unsetextension: null,
    datacontenttype: 'application/xml',
    data: '<much wow="xml"/>',
  },
  json: {
    ...base,
    subject: null,
    id: 'C234-1234-1234',
    datacontenttype: 'application/json',
    data: { appinfoA: 'abc', appinfoB: 123, appinfoC: true },
  },
  string: { ...base, subject: null, id: 'D234-1234-1234', data: "I'm just a string" },
};

describe('a CloudEvent', () => {
  it('becomes an event', () => {
    const record = {
      specversion: '1.0',
      id: 'order-123',
      source: 'https://example.com/orders',
      type: 'com.example.order.created',
      subject: 'orders/123',
      time: '2025-10-06T12:54:12.025979644Z',
      datacontenttype: 'application/json',
      correlationid: 'txn-abc-123',
      causationid: 'order-122',
      authtype: 'user',
      authid: 'jane',
      authclaims: '{"admin":true}',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      severitynumber: 13,
      data: { orderId: '123' },
    };
    expect(mapped(cloudEventsDialect, record)).toEqual({
      id: 'order-123@https://example.com/orders',
      time: record.time,
      action: 'com.example.order.created',
      operation: 'create',
      actor: { type: 'user', id: 'jane' },
      targets: [{ id: 'orders/123' }],
      severity: 'warning',
      source: { service: 'https://example.com/orders' },
      correlation_id: 'txn-abc-123',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      request: { orderId: '123' },
      metadata: {
        cloudevents: {
          specversion: '1.0',
          id: 'order-123',
          type: 'com.example.order.created',
          datacontenttype: 'application/json',
          causationid: 'order-122',
          authclaims: '{"admin":true}',
          traceparent: record.traceparent,
          severitynumber: 13,
        },
      },
    });
    comesBack(cloudEventsDialect, record);
  });

  it.each(Object.entries(examples))('comes back from the example of %s data', (_, example) => {
    comesBack(cloudEventsDialect, example);
  });

  it('keeps binary data where large data can be', () => {
    expect(mapped(cloudEventsDialect, examples.binary).request).toEqual({ data_base64: 'AAE=' });
  });

  const least = { specversion: '1.0', id: '1', source: '/s', type: 'a.b' };
  it.each([
    ['data like binary data', { data: { data_base64: 'AAE=' } }],
    ['both kinds of data', { data: 1, data_base64: 'AAE=' }],
    ['null data', { data: null }],
    ['null binary data', { data_base64: null }],
    ['null beside data', { data: [1], data_base64: null }],
    ['binary data that is none', { data_base64: 'ü\0' }],
    ['reserved data', { data: { $blob: 1 } }],
    ['what only the server writes', { data: { $sealed: 'x' }, extension: { $sealed: 'x' } }],
    ['an escape as data', { data: { $json: '1' } }],
    ['a time with an offset', { time: '2018-04-05T17:31:00+02:00' }],
    ['no time', { time: 'never' }],
    ['an id of odd characters', { id: 'a b@c/é%' }],
    ['half a character as id', { id: '\ud800' }],
    ['a long id', { id: 'x'.repeat(500) }],
    ['a long source', { source: `/${'s'.repeat(2_000)}` }],
    ['extensions of odd types', { authid: 5, authtype: true, correlationid: '', subject: '' }],
    ['numbers and texts we refuse', { data: [1e300, 'a\0', '\ud800'], subject: 'a\0' }],
    ['deep data', { data: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown }],
    ['__proto__', JSON.parse('{"__proto__":{"x":1},"data":{"__proto__":2}}') as object],
  ])('comes back with %s', (_, members) => {
    comesBack(cloudEventsDialect, { ...least, ...members });
  });

  it('comes back whatever a valid one holds', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
    const attribute = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const valid = fc
      .tuple(
        fc.record({ id: text, source: text, type: text, specversion: fc.constant('1.0') }),
        fc.record(
          {
            subject: text,
            time: fc
              .date({ min: new Date(0), max: new Date(1.7e12), noInvalidDate: true })
              .map((at) => at.toISOString()),
            dataschema: text,
            authtype: text,
            authid: text,
            correlationid: text,
            traceparent: text,
            severitynumber: fc.nat(30),
          },
          { requiredKeys: [] },
        ),
        fc.dictionary(fc.stringMatching(/^[a-z0-9]{1,20}$/), attribute, { maxKeys: 3 }),
        fc.oneof(
          fc.record({ data: anyJson }),
          fc.record({ data_base64: fc.base64String() }),
          fc.record({ data: text, datacontenttype: fc.constant('text/plain') }),
          fc.constant({}),
        ),
      )
      .map(([required, known, extensions, data]) => ({ ...extensions, ...known, ...data, ...required }));
    fc.assert(
      fc.property(valid, (event) => comesBack(cloudEventsDialect, event)),
      { numRuns: 1_000 },
    );
  });

  it('comes back whatever else it holds', () => {
    const names = [...cloudEventMoves.map(([member]) => member), 'data', 'data_base64', 'traceparent', '__proto__'];
    const members = fc.dictionary(fc.constantFrom(...names), anyJson);
    fc.assert(
      fc.property(members, (more) => comesBack(cloudEventsDialect, { ...more, ...least })),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is none', () => {
    for (const other of [null, [], {}, { ...least, specversion: '0.3' }, { ...least, id: '' }, { ...least, type: 5 }])
      expect(cloudEventsDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
  });
});

it('unwraps batches', () => {
  expect(cloudEventsDialect.recordsOf([1, 2])).toEqual([1, 2]);
  expect(cloudEventsDialect.recordsOf([])).toEqual([]);
  expect(cloudEventsDialect.recordsOf(examples.json)).toEqual([examples.json]);
});

it('writes an event of elsewhere as data', () => {
  const event = {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    source: { service: 'order desk' },
    targets: [{ id: 'o-1' }],
  };
  expect(isWritten(cloudEventsDialect, event)).toEqual({
    specversion: '1.0',
    id: 'e',
    source: 'order%20desk',
    type: 'order.approve',
    time: event.time,
    subject: 'o-1',
    datacontenttype: 'application/json',
    data: event,
  });
});

describe('the meaning of a CloudEvent', () => {
  it('has an id of its own for every source and id', () => {
    const text = fc.oneof(
      fc.constantFrom('a', 'a@b', 'b', '@', 'a@', '%40', 'a b'),
      fc.string({ minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(text, text, text, text, (source, id, otherSource, otherId) => {
        const same = source === otherSource && id === otherId;
        expect(idOfEvent(source, id) === idOfEvent(otherSource, otherId)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
    const long = `/subscriptions/${'x'.repeat(200)}`;
    expect(idOfEvent(long, 'e-1')).toMatch(/^e-1@~[0-9a-f]{16}$/);
    expect(idOfEvent(long, 'e-1')).not.toBe(idOfEvent(`${long}y`, 'e-1'));
  });

  it('takes traces and severities only from what has the form', () => {
    expect(traceOfParent('00-00000000000000000000000000000000-00f067aa0ba902b7-01')).toBeUndefined();
    expect(traceOfParent('garbage')).toBeUndefined();
    expect(severityOfEvent(21, 'DEBUG')).toBe('critical');
    expect(severityOfEvent(0, 'WARN')).toBe('warning');
    expect(severityOfEvent('9', 'loud')).toBeUndefined();
  });
});
