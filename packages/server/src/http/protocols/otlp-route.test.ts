import { gzipSync } from 'node:zlib';
import { type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { Faults } from '../../adapters/memory/faults.js';
import { withJournalFaults } from '../../adapters/memory/faulty-ports.js';
import { openMemoryJournal } from '../../adapters/memory/memory-journal.js';
import { requestMessage, responseMessage, statusMessage } from '../../protocols/otlp/otlp-messages.js';

let http: HttpService;
let failing = false;

beforeAll(async () => {
  const faults = new Faults((operation) => (failing && operation === 'journal.append' ? 'fail' : undefined));
  http = await startHttp({
    settings: { 'max-body': '64KiB' },
    ports: (world) => ({ journal: withJournalFaults(openMemoryJournal(world.journal), faults) }),
  });
});
afterAll(() => http.close());

const PROTOBUF = 'application/x-protobuf';
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const TIME = String(BigInt(Date.now()) * 1_000_000n);

function requestOf(...logRecords: JsonValue[]): { resourceLogs: JsonValue } {
  return {
    resourceLogs: [{ resource: { attributes: [text('service.name', 'shop')] }, scopeLogs: [{ logRecords }] }],
  };
}

const encode = (message: DescMessage, value: JsonValue) => Buffer.from(toBinary(message, fromJson(message, value)));
const decode = (message: DescMessage, bytes: Buffer) => toJson(message, fromBinary(message, bytes));

async function send(body: Buffer | object, headers: Record<string, string> = {}) {
  const isBytes = Buffer.isBuffer(body);
  const type = { 'content-type': isBytes ? PROTOBUF : 'application/json' };
  const answer = await http.post('/v1/logs', body, { ...type, ...headers });
  return { status: answer.statusCode, type: answer.headers['content-type'], headers: answer.headers, answer };
}

describe('log records', () => {
  test('are taken as JSON and as protobuf, and become the same event', async () => {
    const record = (uid: string) => ({
      timeUnixNano: TIME,
      severityNumber: 17,
      eventName: 'order.approve',
      traceId: '5b8efff798038103d269b633813fc60c',
      body: { stringValue: 'approved' },
      attributes: [text('log.record.uid', uid), { key: 'amount', value: { doubleValue: 9.5 } }],
    });
    expect(await send(requestOf(record('as-json')))).toMatchObject({ status: 200, type: 'application/json' });
    const traceId = Buffer.from(record('').traceId, 'hex').toString('base64');
    const bytes = encode(requestMessage, requestOf({ ...record('as-protobuf'), traceId }));
    const { status, type, answer } = await send(bytes);
    expect([status, type, answer.rawPayload.length]).toEqual([200, PROTOBUF, 0]);
    const [a, b] = await Promise.all(['as-json', 'as-protobuf'].map((id) => http.get(`/api/v1/events/${id}`)));
    const { id: _, received_at: __, ...event } = a!.json().event;
    expect(b!.json().event).toMatchObject(event);
    expect(event).toMatchObject({ action: 'order.approve', severity: 'error', message: 'approved' });
  });

  test('may be compressed, and may be none', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
    expect((await send(gzipSync(JSON.stringify(requestOf({ timeUnixNano: TIME }))), headers)).status).toBe(200);
    for (const empty of [{}, { resourceLogs: [] }, Buffer.alloc(0)]) {
      expect((await send(empty)).status).toBe(200);
    }
  });

  test('with times as numbers keep their digits', async () => {
    const body = JSON.stringify(requestOf({ attributes: [text('log.record.uid', 'digits')] })).replace(
      '"attributes":[{"key":"log.record.uid"',
      '"timeUnixNano":1544712660300000001,"attributes":[{"key":"log.record.uid"',
    );
    expect((await send(Buffer.from(body), { 'content-type': 'application/json' })).status).toBe(200);
    expect((await http.get('/api/v1/events/digits')).json().event.time).toBe('2018-12-13T14:51:00.300000001Z');
  });
});

describe('a repeat of the same bytes', () => {
  test('adds nothing, while an equal record beside it is another one', async () => {
    const size = async () => (await http.get('/api/v1/log')).json().size as number;
    const before = await size();
    const record = { timeUnixNano: TIME, body: { stringValue: 'twice in one request' } };
    await send(requestOf(record, record));
    expect(await size()).toBe(before + 2);
    await send(requestOf(record, record));
    expect(await size()).toBe(before + 2);
    const timeless = requestOf({ body: { stringValue: 'no time' } });
    await send(timeless);
    await send(timeless);
    expect(await size()).toBe(before + 4);
  });
});

describe('what cannot be taken', () => {
  const future = String(BigInt(Date.now() + 86_400_000) * 1_000_000n);

  test('is told as a partial success, in the encoding of the request', async () => {
    const records = requestOf({ timeUnixNano: TIME }, { timeUnixNano: future });
    const partialSuccess = {
      rejectedLogRecords: '1',
      errorMessage: expect.stringMatching(/^record 1: time-in-future \/time: /),
    };
    expect((await send(records)).answer.json()).toEqual({ partialSuccess });
    const { answer } = await send(encode(requestMessage, records));
    expect(decode(responseMessage, answer.rawPayload)).toEqual({ partialSuccess });
  });

  test('of a resource of another tenant is rejected', async () => {
    const [resourceLogs] = requestOf({ timeUnixNano: TIME }).resourceLogs as [object];
    const resource = { attributes: [text('tenant.id', 'somebody-else')] };
    const { answer } = await send({ resourceLogs: [{ ...resourceLogs, resource }] });
    expect(answer.json()).toMatchObject({ partialSuccess: { rejectedLogRecords: '1' } });
  });

  test('of a later version is warned of, and nothing is rejected', async () => {
    const unknown = Buffer.concat([
      encode(requestMessage, requestOf({ timeUnixNano: TIME })),
      Buffer.from([0xf8, 0x3e, 1]),
    ]);
    const { answer } = await send(unknown);
    expect(decode(responseMessage, answer.rawPayload)).toEqual({
      partialSuccess: { errorMessage: 'fields of a later version of OTLP were not recorded' },
    });
  });

  test.each([
    ['no JSON', Buffer.from('{'), { 'content-type': 'application/json' }, 400, 3],
    ['no request', Buffer.from('{"logs":[]}'), { 'content-type': 'application/json' }, 400, 3],
    ['no protobuf', Buffer.from([0xff, 0xff]), {}, 400, 3],
    ['another type', Buffer.from('x'), { 'content-type': 'text/plain' }, 415, 3],
    ['no gzip', Buffer.from('x'), { 'content-encoding': 'gzip' }, 400, 3],
    ['too much', Buffer.alloc(70_000), {}, 413, 8],
    ['too much, compressed', gzipSync(Buffer.alloc(70_000)), { 'content-encoding': 'gzip' }, 413, 8],
    ['a wrong key', Buffer.alloc(0), { authorization: 'Bearer wrong-wrong-wrong' }, 401, 16],
  ])('since it is %s is refused by a status, for good', async (_what, body, headers, status, code) => {
    const sent = await send(body, headers as Record<string, string>);
    expect([sent.status, sent.headers['retry-after']]).toEqual([status, undefined]);
    const told = sent.type === PROTOBUF ? decode(statusMessage, sent.answer.rawPayload) : sent.answer.json();
    expect(told).toEqual({ code, message: expect.stringMatching(/^[a-z-]+: ./) });
  });

  test('now is to be sent again, and says when', async () => {
    failing = true;
    const body = encode(requestMessage, requestOf({ timeUnixNano: TIME, body: { stringValue: 'later' } }));
    const { status, headers, answer } = await send(body);
    failing = false;
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    expect(decode(statusMessage, answer.rawPayload)).toMatchObject({ code: 14 });
    expect((await send(body)).status).toBe(200);
  });

  test('is a value nested without end: refused, and the server goes on', async () => {
    let value = Buffer.from([0x0a, 0x01, 0x78]);
    for (let level = 0; level < 3000; level++) {
      const list = Buffer.concat([Buffer.from([0x0a, ...varint(value.length)]), value]);
      value = Buffer.concat([Buffer.from([0x2a, ...varint(list.length)]), list]);
    }
    const wrap = (tag: number, inner: Buffer) => Buffer.concat([Buffer.from([tag, ...varint(inner.length)]), inner]);
    const body = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, value))));
    expect((await send(body)).status).toBe(400);
  });
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
