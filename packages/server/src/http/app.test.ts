import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
});
afterEach(() => http.close());

const PROBLEM = 'application/problem+json; charset=utf-8';

describe('a problem', () => {
  test.each([
    ['an unknown route', 'GET', '/api/v2/events', 404, 'route-unknown'],
    ['an unknown route of another method', 'POST', '/nothing', 404, 'route-unknown'],
    ['a path that is no URL’s', 'GET', '/api/v1/events/%zz', 400, 'request-invalid'],
    ['a path with a parameter that is too long', 'GET', `/api/v1/events/${'x'.repeat(17_000)}`, 414, 'request-invalid'],
    ['an unknown event', 'GET', '/api/v1/events/none', 404, 'event-unknown'],
    ['an unknown tile', 'GET', '/log/default/tile/0/000', 404, 'tenant-unknown'],
    ['an unknown parameter', 'GET', '/api/v1/events?limmit=5', 400, 'query-invalid'],
    ['a body of another type', 'POST', '/api/v1/events', 415, 'body-wrong-type'],
  ])('with %s is a document of RFC 9457', async (_what, method, url, status, code) => {
    const answer = await http.request({ method: method as 'GET', url, ...(method === 'POST' ? { payload: 'x' } : {}) });
    const document = answer.json();
    expect(answer.headers['content-type']).toBe(PROBLEM);
    expect(document).toMatchObject({ type: `urn:attestlog:error:${code}`, code });
    expect([document.status, document.request_id]).toEqual([answer.statusCode, answer.headers['x-request-id']]);
    if (status !== 414) expect(answer.statusCode).toBe(status);
    expect(answer.statusCode).toBeLessThan(500);
  });

  test('of back-pressure says when to come again', async () => {
    await http.close();
    http = await startHttp({ settings: { 'max-requests': '1' } });
    const { leave } = http.services.gate.enter(1);
    const answer = await http.get('/api/v1/events');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '1']);
    leave();
    expect((await http.get('/api/v1/events')).statusCode).toBe(200);
  });

  test('of a part that does not answer is 503, with the cause in the log alone', async () => {
    await http.close();
    let failing = 'none';
    const faults = new Faults((operation) => (operation === failing ? 'fail' : undefined));
    http = await startHttp({
      ports: (world) => ({
        store: withStoreFaults(openMemoryStore(world.store), faults),
        registry: withRegistryFaults(openMemoryRegistry(world.registry), faults),
      }),
    });
    for (const [url, operation, code] of [
      ['/api/v1/log', 'registry.get', 'registry-unavailable'],
      ['/log/default/checkpoint', 'registry.get', 'registry-unavailable'],
      ['/api/v1/events', 'store.page', 'store-unavailable'],
    ] as const) {
      failing = operation;
      const answer = await http.get(url);
      expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, code, '1']);
      expect(answer.body).not.toContain('injected');
    }
    failing = 'none';
    expect(http.logged.join()).toContain('injected: store.page fail');
  });

  test('that nobody thought of is 500, and says nothing of the inside', async () => {
    http.services.reader.page = () => Promise.reject(new TypeError('undefined is not a secret'));
    const answer = await http.get('/api/v1/events');
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal']);
    expect(answer.body).not.toContain('secret');
    expect(http.logged.join()).toContain('undefined is not');
  });
});

describe('a method that a route does not know', () => {
  test.each([
    ['DELETE', '/api/v1/events', 'GET, HEAD, POST'],
    ['PUT', '/api/v1/events/batch', 'POST'],
    ['GET', '/api/v1/events/batch', 'POST'],
    ['POST', '/api/v1/log', 'GET, HEAD'],
    ['PATCH', '/healthz', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['POST', '/log/default/checkpoint', 'GET, HEAD'],
  ])('%s %s is 405, and Allow names the others', async (method, url, allow) => {
    const answer = await http.request({ method: method as 'PUT', url, payload: 'anything' });
    expect([answer.statusCode, answer.headers.allow, answer.json().code]).toEqual([405, allow, 'method-not-allowed']);
  });
});

describe('X-Request-Id', () => {
  test('comes back where it is a good one', async () => {
    for (const id of ['a', '7f3c-1:x_y.z', 'x'.repeat(128)]) {
      expect((await http.get('/healthz', { 'x-request-id': id })).headers['x-request-id']).toBe(id);
    }
  });

  test.each(['', 'x'.repeat(129), 'a b', 'a\tb', '{"json":1}', '<script>', 'ä', "'; drop"])(
    '%j is replaced',
    async (id) => {
      const answer = await http.get('/healthz', { 'x-request-id': id });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    },
  );
});

test('HEAD tells of an answer what GET would, without it', async () => {
  await http.post('/api/v1/events', sampleEvent('a'));
  for (const url of ['/api/v1/events/a', '/api/v1/events', '/log/default/checkpoint', '/healthz']) {
    // The first read of all is an event itself, which the next one finds.
    await http.get(url);
    const [get, head] = [await http.get(url), await http.request({ method: 'HEAD', url })];
    expect([head.statusCode, head.body]).toEqual([200, '']);
    for (const name of ['content-type', 'content-length', 'cache-control']) {
      expect([url, name, head.headers[name]]).toEqual([url, name, get.headers[name]]);
    }
  }
  expect((await http.request({ method: 'HEAD', url: '/api/v1/events/none' })).statusCode).toBe(404);
});

test('large answers are compressed for who takes it', async () => {
  const events = Array.from({ length: 50 }, (_, i) => sampleEvent(`e${i}`));
  await http.post('/api/v1/events/batch', events);
  // The first read of all is an event itself, which the next one finds.
  await http.get('/api/v1/events');
  const plain = await http.get('/api/v1/events');
  const compressed = await http.get('/api/v1/events', { 'accept-encoding': 'gzip' });
  expect(compressed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(compressed.rawPayload).toString()).toBe(plain.body);
  expect(compressed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
});

test('every answer forbids guessing its type', async () => {
  for (const url of ['/healthz', '/nothing', '/api/v1/events']) {
    expect((await http.get(url)).headers['x-content-type-options']).toBe('nosniff');
  }
});

test.each([
  'NONSENSE\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'y'.repeat(20_000)}\r\n\r\n`,
])('what cannot be read as HTTP is answered in HTTP', async (text) => {
  const { port } = new URL(await http.listen());
  const answer = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    socket.on('data', (bytes) => {
      received += String(bytes);
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'request-invalid' });
});

test('nothing waits any more when the app is closed', async () => {
  await http.listen();
  await http.app.close();
  expect(http.app.server.listening).toBe(false);
});
