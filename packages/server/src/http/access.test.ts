import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AUTHORIZED, type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';

const OPEN = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'];
const PUBLIC = ['/log/:tenant/checkpoint', '/log/:tenant/key', '/log/:tenant/tile/*'];
const WILDCARDS = ['/log/:tenant/tile/*', '/log/:tenant/tile/entries/*'];

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
  await http.post('/api/v1/events', sampleEvent('a'));
});
afterEach(() => http.close());

interface Route {
  method: string;
  url: string;
}

/** Every route that is registered, read from the router's own picture of itself. */
function registeredRoutes(): Route[] {
  const routes: Route[] = [];
  const parents: string[] = [];
  for (const line of http.app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^((?:│ {3}| {4})*)[├└]── (\S+) \(([A-Z, ]+)\)/.exec(line);
    if (match === null) continue;
    const depth = match[1]!.length / 4;
    const url = `${depth === 0 ? '' : parents[depth - 1]}${match[2]}`;
    parents[depth] = url;
    for (const method of match[3]!.split(', ')) routes.push({ method, url });
  }
  // The router prints a wildcard without what stands before it.
  return [
    ...routes.filter(({ url }) => url !== '*'),
    ...WILDCARDS.flatMap((url) => [
      { method: 'GET', url },
      { method: 'HEAD', url },
    ]),
  ];
}

/** A request of the route, with good values in the places of its parameters. */
function requestOf({ method, url }: Route) {
  const filled = url.replace(':tenant', 'default').replace(':id', 'a').replace(':sha256', 'f'.repeat(64));
  return {
    method: method as 'GET',
    url: filled.replace('tile/*', 'tile/0/000.p/1').replace('entries/*', 'entries/000.p/1'),
  };
}

const isOpen = ({ url }: Route) => OPEN.includes(url) || url.startsWith('/docs/');

/** True for a method that is registered only to say that the route does not know it. */
async function isRefused(route: Route): Promise<boolean> {
  const answer = await http.app.inject(requestOf(route));
  if (answer.statusCode !== 405) return false;
  expect(String(answer.headers.allow).split(', ')).not.toContain(route.method);
  return true;
}

async function knownRoutes(): Promise<Route[]> {
  const known: Route[] = [];
  for (const route of registeredRoutes()) if (!(await isRefused(route))) known.push(route);
  return known;
}

describe('without a key', () => {
  test('every route but the open ones and the public log answers 401', async () => {
    const closed = (await knownRoutes()).filter((route) => !isOpen(route) && !PUBLIC.includes(route.url));
    expect(closed.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
      'GET /api/v1/blobs/:sha256',
      'GET /api/v1/events',
      'GET /api/v1/events/:id',
      'GET /api/v1/events/:id/receipt',
      'GET /api/v1/log',
      'GET /api/v1/log/consistency',
      'GET /log/:tenant/tile/entries/*',
      'HEAD /api/v1/blobs/:sha256',
      'HEAD /api/v1/events',
      'HEAD /api/v1/events/:id',
      'HEAD /api/v1/events/:id/receipt',
      'HEAD /api/v1/log',
      'HEAD /api/v1/log/consistency',
      'HEAD /log/:tenant/tile/entries/*',
      'POST /api/v1/events',
      'POST /api/v1/events/batch',
      'POST /api/v1/events/stream',
    ]);
    for (const route of closed) {
      const answer = await http.app.inject(requestOf(route));
      expect([route, answer.statusCode]).toEqual([route, 401]);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('the open routes and the public log answer', async () => {
    const open = (await knownRoutes()).filter((route) => isOpen(route) || PUBLIC.includes(route.url));
    expect(open.length).toBeGreaterThan(2 * (OPEN.length + PUBLIC.length));
    await http.get('/api/v1/events/a');
    for (const route of open.filter(({ url }) => !url.includes('docs/*'))) {
      const answer = await http.app.inject(requestOf(route));
      // The page's own files may send the reader on to it.
      expect([route, answer.statusCode]).toEqual([route, route.url.includes('static') ? expect.any(Number) : 200]);
      expect(answer.statusCode).toBeLessThan(400);
    }
  });

  test('a log that is not public answers 401 too', async () => {
    await http.close();
    http = await startHttp({ settings: { 'public-log': 'false' } });
    await http.post('/api/v1/events', sampleEvent('a'));
    await http.get('/api/v1/events/a');
    for (const url of [...PUBLIC, '/log/:tenant/tile/entries/*']) {
      const request = requestOf({ method: 'GET', url });
      expect((await http.app.inject(request)).statusCode).toBe(401);
      expect((await http.app.inject({ ...request, headers: AUTHORIZED })).statusCode).toBe(200);
    }
  });
});

describe('the credential', () => {
  test.each([
    [{}, 'credential-missing'],
    [{ authorization: '' }, 'credential-missing'],
    [{ authorization: 'Basic dGVzdDp0ZXN0' }, 'credential-missing'],
    [{ authorization: 'Bearer' }, 'credential-missing'],
    [{ authorization: 'Bearer two words' }, 'credential-missing'],
    [{ authorization: `Bearer ${'x'.repeat(513)}` }, 'credential-missing'],
    [{ authorization: 'Bearer wrong' }, 'credential-invalid'],
    [{ authorization: `${AUTHORIZED.authorization}x` }, 'credential-invalid'],
  ])('%j is %s', async (headers, code) => {
    const answer = await http.app.inject({ url: '/api/v1/events', headers });
    expect([answer.statusCode, answer.json().code]).toEqual([401, code]);
  });

  test('may be written in any case', async () => {
    const authorization = AUTHORIZED.authorization.replace('Bearer', 'bearer  ');
    expect((await http.app.inject({ url: '/api/v1/events', headers: { authorization } })).statusCode).toBe(200);
  });

  test('is looked at before anything else of the request', async () => {
    const answer = await http.app.inject({
      method: 'POST',
      url: '/api/v1/events?bad=1',
      headers: { 'x-tenant-id': '../..', 'content-type': 'text/plain' },
      payload: 'x',
    });
    expect(answer.statusCode).toBe(401);
  });
});

describe('the tenant', () => {
  test.each(['../../etc', 'UPPER', 'a b', 'a.b', 'x'.repeat(64), '-a', ''])('%j is refused', async (tenant) => {
    const answer = await http.get('/api/v1/events', { 'x-tenant-id': tenant });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'tenant-invalid']);
  });

  test('of one header does not see another one’s events', async () => {
    expect((await http.get('/api/v1/events/a')).statusCode).toBe(200);
    expect((await http.get('/api/v1/events/a', { 'x-tenant-id': 'other' })).statusCode).toBe(404);
    expect((await http.get('/api/v1/events', { 'x-tenant-id': 'other' })).json().events).toEqual([]);
  });
});

test('a route that does not say who may call it cannot be registered', async () => {
  const { buildApp } = await import('./app.js');
  const app = await buildApp(http.services);
  expect(() => app.get('/new', async () => 'x')).toThrow(/does not say who may call it/);
  expect(() => app.get('/open', { config: { access: 'open' } }, async () => 'x')).not.toThrow();
  await app.close();
});
