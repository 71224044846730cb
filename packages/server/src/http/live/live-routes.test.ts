import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import {
  AUTHORIZED,
  type HttpOptions,
  type HttpService,
  KEY,
  sampleEvent,
  startHttp,
} from '../../../testing/http-service.js';
import { type LiveClient, openSse, openWebSocket } from '../../../testing/live-client.js';
import { samplePrincipal } from '../../../testing/principals.js';

let http: HttpService;
let url: string;
const clients: LiveClient[] = [];

const IN_ACME = { ...AUTHORIZED, 'x-tenant-id': 'acme' };
const STREAM = '/api/v1/events/stream';

async function start(options: HttpOptions = {}): Promise<void> {
  http = await startHttp(options);
  url = `${await http.listen()}${STREAM}`;
}

const post = (id: string, more: Record<string, unknown> = {}) =>
  http.post('/api/v1/events?wait=sealed', sampleEvent(id, more), { 'x-tenant-id': 'acme' });
const sse = async (query = '', headers: Record<string, string> = {}) => {
  const client = await openSse(`${url}${query}`, { ...IN_ACME, ...headers });
  clients.push(client);
  return client;
};
const socket = async (query = '', headers: Record<string, string> = IN_ACME, protocols: string[] = []) => {
  const client = await openWebSocket(`${url}${query}`, headers, protocols);
  clients.push(client);
  return client;
};
const idsOf = async (client: LiveClient, count: number) => {
  const ids: string[] = [];
  while (ids.length < count) ids.push((await client.event()).event.id);
  return ids;
};

beforeEach(() => start());
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await http.close();
});

describe.each([
  ['server-sent events', sse],
  ['a WebSocket', socket],
])('by %s', (_what, open) => {
  test('events come as they are sealed, as a search answers them', async () => {
    const client = await open('?q=id:a*');
    for (const id of ['a1', 'b1', 'a2']) await post(id);
    const event = await client.event();
    expect((await client.event()).event.id).toBe('a2');
    const found = await http.get('/api/v1/events/a1', { 'x-tenant-id': 'acme' });
    expect(event).toEqual(found.json());
  });

  test('the log is given from an index on, and then what comes', async () => {
    for (const id of ['a', 'b', 'c']) await post(id);
    const client = await open('?from_index=1&q=action:order.*');
    expect(await idsOf(client, 2)).toEqual(['b', 'c']);
    await post('d');
    expect(await idsOf(client, 1)).toEqual(['d']);
  });

  test('what was received since a time is given', async () => {
    await post('a');
    await pause(5);
    const since = new Date().toISOString();
    await post('b');
    const client = await open(`?since=${since}&follow=false&q=action:order.*`);
    expect(await idsOf(client, 1)).toEqual(['b']);
    expect(await client.end()).toMatchObject({ next: expect.any(Number) });
  });

  test('the end of the log ends it where it is not to go on', async () => {
    await post('a');
    const client = await open('?from_index=0&follow=false');
    expect(await idsOf(client, 1)).toEqual(['a']);
    const { next, error } = await client.end();
    expect([next > 0, error]).toEqual([true, undefined]);
    await expect(client.next()).rejects.toThrow('over');
  });

  test('the first word says where it begins', async () => {
    await post('a');
    const client = await open();
    expect(await client.next()).toMatchObject({ type: 'heartbeat', data: { next: expect.any(Number) } });
  });

  test('the server tells its clients when it stops', async () => {
    const client = await open();
    await client.next();
    const closing = http.app.close();
    expect((await client.end()).error).toMatchObject({ code: 'shutting-down' });
    await closing;
  });
});

test('server-sent events go on after the last one that a client has seen', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await post(id);
  const first = await sse('?from_index=0&q=action:order.*');
  await first.next();
  const seen = [await first.next(), await first.next()];
  expect(seen.map(({ data }) => data.event.id)).toEqual(['a', 'b']);
  first.close();
  await post('e');
  // A browser comes back with what it asked for before, and the header.
  const second = await sse('?from_index=0&q=action:order.*', { 'last-event-id': seen[1]!.lastId! });
  expect(await idsOf(second, 3)).toEqual(['c', 'd', 'e']);
});

test('a stream goes on in another process, without a gap or a repeat', async () => {
  for (const id of ['a', 'b', 'c']) await post(id);
  const client = await sse('?from_index=0&q=action:order.*');
  await client.next();
  await client.next();
  const { lastId } = await client.next();
  const { world } = http;
  await http.close();
  await start({ world });
  const again = await sse('?q=action:order.*', { 'last-event-id': lastId! });
  await post('d');
  expect(await idsOf(again, 2)).toEqual(['c', 'd']);
});

test('operators see how long events take, those that were there before aside', async () => {
  await post('a');
  const client = await sse('?from_index=0&q=action:order.*');
  expect(await idsOf(client, 1)).toEqual(['a']);
  for (const id of ['b', 'c']) await post(id);
  expect(await idsOf(client, 2)).toEqual(['b', 'c']);
  const count = async () => {
    const { body } = await http.app.inject('/metrics');
    return Number(/^attestlog_live_delay_seconds_count (\d+)$/m.exec(body)?.[1]);
  };
  // The client may have it before the server knows that.
  await expect.poll(count).toBe(2);
});

test('where a stream cannot begin, the answer says why', async () => {
  const codeOf = async (query: string, headers: Record<string, string> = {}) =>
    (await (await sse(query, headers)).problem).code;
  expect(await codeOf('?q=actor:(')).toBe('filter-invalid');
  expect(await codeOf('?from_index=99')).toBe('log-range-invalid');
  expect(await codeOf('?since=yesterday')).toBe('query-invalid');
  expect(await codeOf('?folow=false')).toBe('query-invalid');
  expect(await codeOf('', { 'last-event-id': 'x' })).toBe('query-invalid');
  expect(await codeOf('', { authorization: 'Bearer wrong' })).toBe('credential-invalid');
  await expect(socket('?q=actor:(')).rejects.toThrow('422');
  await expect(socket('', {})).rejects.toThrow('401');
});

test('a browser names its credential as a protocol', async () => {
  const credential = `attestlog.bearer.${Buffer.from(KEY).toString('base64url')}`;
  const client = await socket('', { 'x-tenant-id': 'acme' }, ['attestlog.v1', credential]);
  expect(client.socket.protocol).toBe('attestlog.v1');
  await expect(socket('', {}, ['attestlog.v1', 'attestlog.bearer.d3Jvbmc'])).rejects.toThrow('401');
  // Elsewhere nobody can.
  const { statusCode } = await http.app.inject({
    url: '/api/v1/events',
    headers: { 'sec-websocket-protocol': credential },
  });
  expect(statusCode).toBe(401);
});

test('pages of other origins may not open WebSockets, unless they are named', async () => {
  const { host } = new URL(url);
  await socket('', { ...IN_ACME, origin: `http://${host}` });
  await expect(socket('', { ...IN_ACME, origin: 'https://evil.example' })).rejects.toThrow('403');
  await expect(socket('', { ...IN_ACME, origin: 'null' })).rejects.toThrow('403');
  await http.close();
  await start({ settings: { 'web-origins': 'https://console.example' } });
  await socket('', { ...IN_ACME, origin: 'https://console.example' });
});

test('a grant with a filter gives what it finds only', async () => {
  await http.close();
  const reader = samplePrincipal({ roles: ['mine'] });
  await start({ replace: asPrincipals(() => reader) });
  await post('first');
  const role = { name: 'mine', grants: [{ permissions: ['events:stream'], filter: 'actor:jane' }] };
  const { statusCode } = await http.post('/api/v1/roles', role, { 'x-tenant-id': 'acme' });
  expect(statusCode).toBe(201);
  const client = await sse('?from_index=0&q=action:order.*', credentialOf('reader'));
  await post('a', { actor: { id: 'jane' } });
  await post('b', { actor: { id: 'joe' } });
  await post('c', { actor: { id: 'jane' } });
  expect(await idsOf(client, 2)).toEqual(['a', 'c']);
});

test('sealed fields are shown to those who may see them, and what the server records of that is masked', async () => {
  await http.close();
  await start({ settings: { 'sealed-fields': '/actor/email,/source/ip' } });
  const client = await sse();
  await post('a', { actor: { id: 'jane', email: 'jane@example.com' } });
  const shown = await client.event();
  expect(shown.personal).toEqual([{ pointer: '/actor/email', state: 'open', value: 'jane@example.com' }]);
  expect(JSON.stringify(shown.event)).not.toContain('jane@example.com');
  const recorded = await client.event();
  expect(recorded).toMatchObject({ event: { action: 'pii.read' }, personal: [{ state: 'masked' }] });
  // Were it unmasked, that would be recorded, and so on.
  await post('b');
  expect(await idsOf(client, 1)).toEqual(['b']);
});

test('without a reason where one is wanted, sealed fields are masked', async () => {
  await http.close();
  await start({ settings: { 'sealed-fields': '/actor/email' } });
  await post('first');
  const tenant = await http.get('/api/v1/tenants/acme');
  const changed = await http.request({
    method: 'PUT',
    url: '/api/v1/tenants/acme',
    headers: { 'if-match': String(tenant.headers.etag), 'content-type': 'application/json' },
    payload: JSON.stringify({ plan: 'unlimited', settings: { reasonForPersonalData: true } }),
  });
  expect(changed.statusCode).toBe(200);
  const [silent, telling] = [await sse('?q=id:a'), await sse('?q=id:a', { 'x-reason': 'case 7' })];
  await post('a', { actor: { id: 'jane', email: 'jane@example.com' } });
  expect((await silent.event()).personal).toMatchObject([{ state: 'masked' }]);
  expect((await telling.event()).personal).toMatchObject([{ state: 'open' }]);
});

test('a stream and its end stand in the log of the tenant', async () => {
  await post('a');
  const client = await sse('?from_index=0&follow=false&q=action:order.*');
  await client.end();
  const { events } = (await http.get('/api/v1/events?action=event.stream', { 'x-tenant-id': 'acme' })).json() as {
    events: { event: { metadata: { events: number } } }[];
  };
  expect(events.map(({ event }) => event.metadata.events)).toEqual([0]);
});

describe('what clients do wrong', () => {
  test('a frame that is too large, and any message at all, ends the connection', async () => {
    const large = await socket();
    large.socket.send('x'.repeat(100_000));
    expect((await large.closed)[0]).toBe(1009);
    const talkative = await socket();
    talkative.socket.send('hello');
    expect((await talkative.closed)[0]).toBe(1003);
    while (http.services.live.counts.streams > 0) await pause(5);
  });

  test('more streams than there can be are refused, and places come free again', async () => {
    await http.close();
    await start({ settings: { 'max-streams': '3', 'max-tenant-streams': '2' } });
    await post('a');
    const first = await sse();
    await socket();
    const refused = await sse();
    expect([refused.response.statusCode, refused.response.headers['retry-after']]).toEqual([429, '10']);
    await expect(socket()).rejects.toThrow('429');
    await socket('', { ...AUTHORIZED, 'x-tenant-id': 'other' });
    await expect(socket('', { ...AUTHORIZED, 'x-tenant-id': 'third' })).rejects.toThrow('429');
    first.close();
    while (http.services.live.counts.streams === 3) await pause(5);
    await sse();
  });

  test('an upgrade that fails after it was allowed gives its place back', async () => {
    const { port, hostname } = new URL(url);
    const connection = connect(Number(port), hostname);
    connection.write(
      `GET ${STREAM} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    );
    const [answer] = (await connection.take(1).toArray()) as Buffer[];
    expect(String(answer)).toContain('400 Bad Request');
    connection.destroy();
    while (http.services.live.counts.streams > 0) await pause(5);
  });

  test('who takes nothing costs little, and is given all when they go on', async () => {
    const client = await sse('?q=action:order.*');
    await client.next();
    client.pause();
    const message = 'x'.repeat(10_000);
    for (let batch = 0; batch < 40; batch++) {
      const events = Array.from({ length: 20 }, (_, n) => sampleEvent(`e${batch * 20 + n}`, { message }));
      await http.post('/api/v1/events/batch?wait=sealed', events, { 'x-tenant-id': 'acme' });
    }
    // 8 MB have come by.
    expect(http.services.live.counts.waitingBytes).toBeLessThan(300_000);
    client.resume();
    expect(await idsOf(client, 800)).toEqual(Array.from({ length: 800 }, (_, n) => `e${n}`));
  });
});

test('one connection can carry many streams, one after another', async () => {
  await post('a');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  for (let n = 0; n < 15; n++) {
    const request = get(`${url}?from_index=0&follow=false`, { agent, headers: IN_ACME });
    const [response] = await once(request, 'response');
    expect((await response.toArray()).join('')).toContain('event: end');
  }
  await expect.poll(() => http.services.live.counts.streams).toBe(0);
  process.off('warning', onWarning);
  agent.destroy();
  expect(warnings).toEqual([]);
});

test('other upgrades are not made, and their requests are answered with their bodies', async () => {
  const { port, hostname } = new URL(url);
  const body = JSON.stringify(sampleEvent('a'));
  const connection = connect(Number(port), hostname);
  connection.write(
    `POST /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\nx-tenant-id: acme\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n${body.slice(0, 10)}`,
  );
  await pause(20);
  connection.write(body.slice(10));
  const [answer] = (await connection.take(1).toArray()) as Buffer[];
  expect(String(answer)).toContain('201 Created');
  connection.destroy();
});
