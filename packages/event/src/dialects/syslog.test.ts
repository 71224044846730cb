import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comesBack, isWritten, mapped } from '../../testing/dialect-laws.js';
import type { JsonObject } from '../json-value.js';
import type { StoredEvent } from '../schema.js';
import { syslogBytes, syslogDialect } from './syslog.js';
import { parseSyslogMessage } from './syslog-message.js';

const message =
  '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 77 ID47 ' +
  '[exampleSDID@32473 iut="3" eventSource="Application"][examplePriority@32473 class="high"] \ufeffAn application event';

describe('a syslog message', () => {
  it('of RFC 5424 becomes an event', () => {
    expect(mapped(syslogDialect, message)).toEqual({
      time: '2003-10-11T22:14:15.003Z',
      action: 'evntslog.id47',
      category: 'local4',
      severity: 'notice',
      source: { host: 'mymachine.example.com', process: 'evntslog' },
      message: 'An application event',
      metadata: {
        syslog: {
          format: 'rfc5424',
          priority: 165,
          proc_id: '77',
          msg_id: 'ID47',
          structured_data: {
            'exampleSDID@32473': { iut: '3', eventSource: 'Application' },
            'examplePriority@32473': { class: 'high' },
          },
          structured_data_order: [
            ['exampleSDID@32473', 'iut', 'eventSource'],
            ['examplePriority@32473', 'class'],
          ],
          bom: true,
        },
      },
    });
    comesBack(syslogDialect, message);
  });

  it('of RFC 3164 becomes an event without a time, since its own has no year', () => {
    const old = '<86>Oct  6 12:54:12 web-1 sshd[4242]: Accepted publickey for jane';
    expect(mapped(syslogDialect, old)).toEqual({
      action: 'sshd.message',
      category: 'authpriv',
      severity: 'info',
      source: { host: 'web-1', process: 'sshd' },
      message: 'Accepted publickey for jane',
      metadata: {
        syslog: { format: 'rfc3164', priority: 86, timestamp: 'Oct  6 12:54:12', proc_id: '4242', spaced: true },
      },
    });
    comesBack(syslogDialect, old);
  });

  it('with a time of an offset happened then, and comes back with the offset', () => {
    const text = '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% text';
    expect(mapped(syslogDialect, text).time).toBe('2003-08-24T12:14:15.000003Z');
    comesBack(syslogDialect, text);
  });

  it.each([
    ['nothing but the header', '<0>1 - - - - - -'],
    ['an empty message', '<0>1 - - - - - - '],
    ['an empty message with a mark', '<0>1 - - - - - - \ufeff'],
    ['two marks', '<0>1 - - - - - - \ufeff\ufeffx'],
    ['an id twice', '<0>1 - - - - - [a x="1"][a y="2"] m'],
    ['a parameter twice', '<0>1 - - - - - [origin ip="192.0.2.1" ip="192.0.2.129"]'],
    ['backslashes that escape nothing', '<0>1 - - - - - [a path="C:\\dir"] m'],
    ['names of prototypes', '<0>1 - - - - - [__proto__ __proto__="x"][constructor toString="y"] m'],
    ['reserved names', '<0>1 - - - - - [$json $json="1"] m'],
    ['only reserved names', '<0>1 - - - - - [$sealed $sealed="1"] m'],
    ['a NUL', '<0>1 - - - - - - a\0b'],
    ['a long text', `<0>1 - - - - - - ${'x'.repeat(20_000)}`],
    ['a long host name', `<0>1 - ${'h'.repeat(255)} - - - - m`],
    ['line breaks', '<0>1 - - - - - [a b="1\n2"] 3\r\n4'],
    ['a structure of its own', '{"json": true}'],
    ['nothing but a blank', ' '],
  ])('comes back with %s', (_, text) => {
    comesBack(syslogDialect, text);
  });

  it('does not lie in the metadata as a whole because of backslashes that escape nothing', () => {
    const event = mapped(syslogDialect, '<0>1 - - - - - [a path="C:\\dir"] for jane');
    expect(JSON.stringify(event.metadata)).not.toContain('jane');
    expect(event.metadata?.syslog).toMatchObject({ structured_data: { a: { path: 'C:\\dir' } } });
  });

  it('comes back whatever the text', () => {
    const part = fc.constantFrom(
      ...['<34>', '1 ', '- ', '2003-10-11T22:14:15.003Z ', 'Oct 11 22:14:15 ', 'host ', 'su: ', 'su[1]: '],
      ...['[a b="c"]', '[a', ' b="', '\\', '"', ']', '\ufeff', '\0', 'é'],
    );
    const near = fc.array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 5 })), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(near, (parts) => {
        const text = parts.join('');
        if (text !== '') comesBack(syslogDialect, text);
        comesBack(syslogDialect, `<34>1 - h a p m ${text}`);
      }),
      { numRuns: 1_000 },
    );
  });

  it('comes back from bytes, also from those that are no text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        expect(syslogBytes(mapped(syslogDialect, bytes) as StoredEvent)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it is none', () => {
    for (const other of ['', null, 5, {}, [], new Uint8Array()])
      expect(syslogDialect.toEvent(other)).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
  });
});

it('is a line of a file', () => {
  expect(syslogDialect.recordsOf('<1>a\r\n\n<2>b\n')).toEqual(['<1>a', '<2>b']);
  expect(syslogDialect.recordsOf(['a'])).toEqual(['a']);
});

it('writes an event of elsewhere by RFC 5424, without dropping anything', () => {
  const event: StoredEvent = {
    id: 'e',
    time: '2025-01-01T00:00:00.123456789Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'order.approve',
    actor: { id: 'u"]\\' },
    severity: 'warning',
    source: { host: 'höst', service: 's'.repeat(100) },
    message: 'm',
  };
  const written = isWritten(syslogDialect, event);
  const parsed = parseSyslogMessage(written);
  expect(parsed).toMatchObject({
    priority: 108,
    timestamp: '2025-01-01T00:00:00.123456Z',
    hostname: 'h_st',
    app_name: 's'.repeat(48),
    msg_id: 'order.approve',
    elements: [
      {
        id: 'attestlog@32473',
        params: [
          ['id', 'e'],
          ['action', 'order.approve'],
          ['actor', 'u"]\\'],
        ],
      },
    ],
    bom: true,
  });
  expect(JSON.parse(parsed?.message ?? '')).toEqual(event);
});

it.each([
  ['a host with a line of its own', { hostname: 'h\n<0>1 - forged - - - -' }],
  ['a host of two words', { hostname: 'h forged' }],
  ['structured data that ends too soon', { structured_data_text: '[a] forged' }],
  ['an id that ends too soon', { structured_data: { 'a] forged [b': {} }, structured_data_order: [['a] forged [b']] }],
  ['a priority that is none', { priority: 192 }],
  ['no priority', { priority: undefined }],
  ['a time that is none', { timestamp: '<0>' }],
  ['an old time that is none', { format: 'rfc3164', timestamp: 'x', hostname: 'h' }],
  ['an old host of two words', { format: 'rfc3164', timestamp: 'Oct 11 22:14:15', hostname: 'h forged' }],
])('writes an event with %s in its metadata as one of elsewhere', (_, members) => {
  const record = {
    format: 'rfc5424',
    priority: 1,
    timestamp: null,
    hostname: null,
    app_name: 'a',
    message: 'm',
    ...members,
  };
  const event: StoredEvent = {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    action: 'a.b',
    metadata: { syslog: JSON.parse(JSON.stringify(record)) as JsonObject },
  };
  expect(syslogDialect.fromEvent(event)).toMatch(/^<109>1 2025-01-01T00:00:00Z - attestlog - a\.b \[attestlog@32473 /);
});

it('writes parts that are sealed or moved out as what stands for them', () => {
  const event = mapped(syslogDialect, message);
  const sealed = { ...event, source: { ...event.source, host: { $sealed: 'ab' } } } as unknown as StoredEvent;
  expect(syslogDialect.fromEvent(sealed)).toContain(' {"$sealed":"ab"} evntslog ');
});
