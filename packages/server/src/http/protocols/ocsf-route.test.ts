import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

let http: HttpService;

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const logon = (uid: string, more: object = {}) => ({
  class_uid: 3002,
  activity_id: 1,
  time: 1_679_072_879_000,
  metadata: { uid, version: '1.8.0' },
  user: { uid: 'u-1' },
  ...more,
});
const send = (body: unknown, type = 'application/json') => http.post('/api/v1/ocsf', body, { 'content-type': type });

test('one event is recorded, or told what is wrong with it', async () => {
  const sent = await send(logon('one'));
  expect([sent.statusCode, sent.json()]).toMatchObject([201, { id: 'one', duplicate: false }]);
  expect((await http.get('/api/v1/events/one')).json().event).toMatchObject({
    operation: 'login',
    actor: { id: 'u-1' },
  });
  expect((await send(logon('one'))).json()).toMatchObject({ id: 'one', duplicate: true });
  expect((await send({ no: 'class' })).json()).toMatchObject({
    code: 'event-invalid',
    problems: [{ code: 'foreign-record' }],
  });
});

test.each([
  ['an array', [logon('a-1'), { no: 'class' }, logon('a-2')], 'application/json'],
  ['an envelope', { events: [logon('e-1'), { no: 'class' }, logon('e-2')] }, 'application/json'],
  ['lines', `${JSON.stringify(logon('l-1'))}\n\nnonsense\r\n${JSON.stringify(logon('l-2'))}`, 'application/x-ndjson'],
])('of %s each has its result in its place', async (_what, body, type) => {
  const sent = await send(body, type);
  expect(sent.statusCode).toBe(207);
  expect(sent.json()).toMatchObject({
    stored: 2,
    refused: 1,
    results: [{ status: 'stored' }, { status: 'refused' }, {}],
  });
});

test('an event that names another tenant is refused, one that names its own is not', async () => {
  const of = (tenant_uid: string) =>
    logon(`tenant-${tenant_uid}`, { metadata: { uid: `t-${tenant_uid}`, tenant_uid } });
  expect((await send(of('default'))).statusCode).toBe(201);
  expect((await send(of('other'))).json()).toMatchObject({ problems: [{ pointer: '/metadata/tenant_uid' }] });
});

test('values that our rules refuse are kept, and a number that was rounded is told', async () => {
  const odd = '{"class_uid":3002,"metadata":{"uid":"odd"},"unmapped":{"nul":"a\\u0000b"}}';
  expect((await send(odd)).statusCode).toBe(201);
  const kept = (await http.get('/api/v1/events/odd')).json().event.metadata.ocsf.unmapped;
  expect(kept).toEqual({ nul: { $json: '"a\\u0000b"' } });
  const rounded = await send('[{"class_uid":3002,"time":12345678901234567891}]');
  expect(rounded.json().results).toMatchObject([{ problems: [{ code: 'number-out-of-range', pointer: '/time' }] }]);
});

test.each([
  ['too many', Array.from({ length: 1001 }, () => ({})), 'application/json', 'batch-too-long'],
  ['another type', 'x', 'text/plain', 'body-wrong-type'],
  ['no JSON', '{', 'application/json', 'body-not-json'],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'application/json', 'body-not-json'],
])('%s is refused as a whole', async (_what, body, type, code) => {
  expect((await send(body, type)).json().code).toBe(code);
});
