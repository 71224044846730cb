import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

let http: HttpService;

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const URL = '/api/v1/cloudevents';
const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const event = (id: string, more: object = {}) => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type: 'order.created',
  ...more,
});
const binary = (id: string, more: Record<string, string> = {}) => ({
  'ce-specversion': '1.0',
  'ce-id': id,
  'ce-source': '/shop',
  'ce-type': 'order.created',
  'content-type': 'application/json',
  ...more,
});
const stored = async (id: string) =>
  (await http.get(`/api/v1/events/${encodeURIComponent(`${id}@/shop`)}`)).json().event;

describe('one event', () => {
  test('in the structured mode is recorded, and a repeat is told', async () => {
    const sent = await http.post(URL, event('s-1', { data: { total: 9.5 } }), STRUCTURED);
    expect([sent.statusCode, sent.json()]).toEqual([
      201,
      { id: 's-1@/shop', position: expect.any(Number), duplicate: false },
    ]);
    expect(await stored('s-1')).toMatchObject({ action: 'order.created', request: { total: 9.5 } });
    const again = await http.post(URL, event('s-1', { data: { total: 9.5 } }), STRUCTURED);
    expect([again.statusCode, again.json().duplicate]).toEqual([200, true]);
    expect((await http.post(URL, event('s-1', { data: 'other' }), STRUCTURED)).json()).toMatchObject({
      code: 'id-conflict',
    });
  });

  test.each([
    ['JSON', 'application/json', '{"total":1}', { total: 1 }],
    ['text', 'text/plain', 'naïve', 'naïve'],
    ['bytes', 'image/png', Buffer.from([0, 255]), { data_base64: 'AP8=' }],
    ['nothing', 'application/json', '', undefined],
  ])('in the binary mode may have %s as its data', async (name, type, body, request) => {
    const sent = await http.post(URL, Buffer.from(body), binary(`b-${name}`, { 'content-type': type }));
    expect([sent.statusCode, sent.json().id]).toEqual([201, `b-${name}@/shop`]);
    expect((await stored(`b-${name}`)).request).toEqual(request);
  });

  test('in the binary mode may have no body and no type', async () => {
    const { 'content-type': _, ...headers } = binary('bare');
    const sent = await http.request({ method: 'POST', url: URL, headers });
    expect(sent.statusCode).toBe(201);
  });
});

describe('a batch', () => {
  test('is recorded whole', async () => {
    const sent = await http.post(URL, [event('p-1'), event('p-2')], BATCH);
    expect([sent.statusCode, sent.json()]).toMatchObject([201, { stored: 2, results: [{ status: 'stored' }, {}] }]);
    expect((await http.post(URL, [], BATCH)).statusCode).toBe(201);
  });

  test.each([
    ['is none', { id: 'x' }],
    ['is of another tenant', event('q-9', { tenantid: 'somebody-else' })],
    ['cannot be stored', event('q-9', { time: new Date(Date.now() + 86_400_000).toISOString() })],
  ])('of which one %s is not recorded at all', async (_what, bad) => {
    const sent = await http.post(URL, [event('q-1'), bad], BATCH);
    expect(sent.json()).toMatchObject({ code: 'batch-refused', results: [{ place: 1, status: 'refused' }] });
    expect((await http.get('/api/v1/events/q-1%40%2Fshop')).statusCode).toBe(404);
  });
});

describe('what is refused', () => {
  test.each([
    ['a body in no mode', { 'content-type': 'application/json' }, event('r'), 415, 'body-wrong-type'],
    ['a format that is not JSON', { 'content-type': 'application/cloudevents+avro' }, 'x', 415, 'body-wrong-type'],
    ['a mode by half', { 'ce-id': 'x', 'content-type': 'application/json' }, '{}', 415, 'body-wrong-type'],
    ['no JSON', STRUCTURED, '{', 400, 'body-not-json'],
    ['a batch that is none', BATCH, event('r'), 400, 'body-not-json'],
    ['another version', STRUCTURED, event('r', { specversion: '0.3' }), 422, 'event-invalid'],
    ['a header that is no UTF-8', binary('r', { 'ce-subject': '%ff' }), '{}', 422, 'event-invalid'],
    ['a tenant that is not the sender’s', STRUCTURED, event('r', { tenantid: 'other' }), 422, 'event-invalid'],
  ])('%s', async (_what, headers, body, status, code) => {
    const answer = await http.post(URL, body, headers as unknown as Record<string, string>);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });
});

describe('the handshake of webhooks', () => {
  const shake = (headers: Record<string, string>) => http.app.inject({ method: 'OPTIONS', url: URL, headers });

  test('lets the origin deliver that asks', async () => {
    const { statusCode, headers } = await shake({
      'webhook-request-origin': 'emitter.example.com',
      'webhook-request-rate': '120',
    });
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'webhook-allowed-origin': 'emitter.example.com',
      'webhook-allowed-rate': '*',
      allow: 'OPTIONS, POST',
    });
  });

  test('says nothing to others, and allows nothing without a credential', async () => {
    for (const headers of [{}, { 'webhook-request-origin': 'no origin, but text' }]) {
      expect((await shake(headers as Record<string, string>)).headers['webhook-allowed-origin']).toBeUndefined();
    }
    expect((await http.app.inject({ method: 'POST', url: URL, headers: STRUCTURED, payload: '{}' })).statusCode).toBe(
      401,
    );
  });
});
