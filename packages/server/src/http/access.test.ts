import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AccessRow, accessTable, type Subject, subjects } from '../../testing/access-table.js';
import { asPrincipals, credentialOf } from '../../testing/as-principals.js';
import { AUTHORIZED, type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';
import { samplePrincipal } from '../../testing/principals.js';
import { builtinRole } from '../access/builtin-roles.js';
import type { Principal } from '../access/principal.js';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';
import type { Access, GuardedAccess } from './access/access-declaration.js';

const OWN = 'acme';
const FOREIGN = 'globex';
const ABSENT = 'nowhere';

let http: HttpService;
/** What was asked of the ports, in its order. */
let asked: string[];

/** Whom the test's credentials speak for. Every other credential is looked at as always. */
function principalOf(name: string): Principal {
  if (builtinRole(name) !== undefined) return samplePrincipal({ subject: name, roles: [name] });
  switch (name as Subject) {
    case 'module_reader':
      return samplePrincipal({ subject: name, roles: ['wms_reader'] });
    case 'narrow_auditor':
      return samplePrincipal({ kind: 'api-key', subject: name, roles: ['auditor'], filter: 'category:wms' });
    default:
      return samplePrincipal({ subject: name });
  }
}

async function start(settings: Record<string, string> = {}): Promise<HttpService> {
  asked = [];
  const noting = new Faults((operation) => {
    asked.push(operation);
    return undefined;
  });
  const started = await startHttp({
    settings: { 'public-log': 'false', 'public-metrics': 'false', ...settings },
    replace: asPrincipals(principalOf),
    ports: (world) => ({
      registry: withRegistryFaults(openMemoryRegistry(world.registry), noting),
      store: withStoreFaults(openMemoryStore(world.store), noting),
    }),
  });
  const events = [
    sampleEvent('a', { category: 'hr' }),
    sampleEvent('of-wms', { category: 'wms' }),
    sampleEvent('of-user', { actor: { id: 'user' } }),
  ];
  for (const tenant of [OWN, FOREIGN]) {
    await started.post('/api/v1/events/batch?wait=sealed', events, { 'x-tenant-id': tenant });
  }
  const template = { name: 'wms_reader', template: 'module_reader', parameters: { module: 'wms' } };
  await started.post('/api/v1/roles', template, { 'x-tenant-id': OWN });
  return started;
}

const headersOf = (name: string, tenant: string) => ({ ...credentialOf(name), 'x-tenant-id': tenant });

const as = (name: string, options: InjectOptions, tenant = OWN) =>
  http.app.inject({ ...options, headers: { ...headersOf(name, tenant), ...options.headers } });

const STREAMS = ['GET /api/v1/events/stream', 'GET /api/v1/logs/stream'];

/** A request of a route of the table about a tenant. */
function requestOf({ route }: AccessRow, tenant: string): { method: 'GET'; url: string; payload?: object } {
  const [method, path] = route.split(' ') as ['GET', string];
  const url = path
    .replace('{tenant}', tenant)
    .replace('/tenants/{id}', `/tenants/${tenant}`)
    .replace('{id}', 'a')
    .replace('{name}', 'wms_reader')
    .replace('{kid}', 'none')
    .replace('{sha256}', 'f'.repeat(64))
    .replace('tile/{*}', 'tile/0/000.p/1')
    .replace('entries/{*}', 'entries/000.p/1');
  // A stream has no end; whoever is let in is told that this is no way to ask for one.
  if (STREAMS.includes(route)) return { method, url: `${url}?follow=perhaps` };
  // It looks at the credential itself when it has no body, and this one is nothing that can be ended.
  return { method, url, ...(path === '/api/v1/auth/logout' ? { payload: { refresh_token: 0 } } : {}) };
}

/** How a route says that it may not be called: in the words of the catalogue, but for the one of a protocol of others. */
const refusalOf = ({ route }: AccessRow) =>
  route === 'POST /v1/logs'
    ? { code: 7, message: expect.stringMatching(/^permission-denied: /) }
    : { code: 'permission-denied', permission: expect.any(String) };
const isLetIn = ({ statusCode }: LightMyRequestResponse) => statusCode !== 401 && statusCode !== 403;

describe('the table of who may call which route', () => {
  beforeAll(async () => {
    http = await start();
  });
  afterAll(() => http.close());

  test('has every route that there is, and no other', async () => {
    expect([...new Set(accessTable.map(({ route }) => route))]).toHaveLength(accessTable.length);
    expect(accessTable.map(({ route }) => route).sort()).toEqual((await registeredRoutes()).sort());
  });

  test('agrees with what the description of the API says of each', () => {
    for (const { route, open } of accessTable) {
      const [method, path] = route.split(' ') as [string, string];
      const operation = operationsOf(http.app)[path]?.[method.toLowerCase()];
      // The description does not describe itself.
      if (operation === undefined) continue;
      const needsKey = operation.security.some((requirement) => 'key' in requirement);
      expect([route, needsKey]).toEqual([route, open !== 'always']);
      expect([route, operation['x-permission']]).toEqual([
        route,
        needsKey ? expect.stringMatching(/^[a-z]+:[a-z]+$/) : undefined,
      ]);
    }
  });

  describe.each(Object.keys(subjects) as Subject[])('%s', (name) => {
    test.each(accessTable.map((row) => [row.route, row] as const))('%s', async (_route, row) => {
      for (const [tenant, allowed] of [
        [OWN, row.own],
        [FOREIGN, row.foreign],
        [ABSENT, row.foreign],
      ] as const) {
        const request = requestOf(row, tenant);
        for (const method of request.method === 'GET' ? (['GET', 'HEAD'] as const) : [request.method]) {
          const answer = await as(name, { ...request, method }, tenant);
          // Streams and exports have no answer to HEAD.
          if (method === 'HEAD' && answer.statusCode === 405) continue;
          expect([tenant, method, isLetIn(answer)]).toEqual([tenant, method, allowed.includes(name)]);
          if (!allowed.includes(name) && method !== 'HEAD') {
            expect(answer.json()).toMatchObject(refusalOf(row));
          }
        }
      }
    });
  });
});

describe('without a credential', () => {
  beforeEach(async () => {
    http = await start();
  });
  afterEach(() => http.close());

  test('every route that is not always open answers 401, for whichever tenant', async () => {
    for (const [place, row] of accessTable.filter(({ open }) => open !== 'always').entries()) {
      const answers = await Promise.all(
        [OWN, ABSENT].flatMap((tenant) =>
          [undefined, 'Bearer wrong', 'Basic x'].map((authorization) =>
            http.app.inject({
              ...requestOf(row, tenant),
              // Wrong credentials from one address are slowed, which is not what this is about.
              remoteAddress: `192.0.${place}.1`,
              headers: { 'x-tenant-id': tenant, ...(authorization === undefined ? {} : { authorization }) },
            }),
          ),
        ),
      );
      expect([row.route, ...answers.map(({ statusCode }) => statusCode)]).toEqual([
        row.route,
        ...answers.map(() => 401),
      ]);
      for (const answer of answers) expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  test('the others answer', async () => {
    for (const row of accessTable.filter(({ open, route }) => open === 'always' && route.startsWith('GET '))) {
      const { statusCode } = await http.app.inject(requestOf(row, OWN));
      expect([row.route, statusCode]).toEqual([row.route, row.bare ?? 200]);
    }
    for (const url of ['/docs', '/docs/json']) expect((await http.app.inject(url)).statusCode).toBe(200);
  });

  test('what a setting opens is open then', async () => {
    await http.close();
    http = await start({ 'public-log': 'true', 'public-metrics': 'true' });
    for (const row of accessTable.filter(({ open }) => open !== undefined && open !== 'always')) {
      expect([row.route, isLetIn(await http.app.inject(requestOf(row, OWN)))]).toEqual([row.route, true]);
    }
  });

  test('a method that a route does not know is refused before anybody is asked who they are', async () => {
    for (const url of new Set(accessTable.map((row) => requestOf(row, OWN).url))) {
      if (url.includes('/tile/') || accessTable.some(({ route }) => route === `OPTIONS ${url}`)) continue;
      const answer = await http.app.inject({ method: 'OPTIONS', url });
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 405, 'method-not-allowed']);
    }
  });
});

describe('the credential', () => {
  beforeEach(async () => {
    http = await start();
  });
  afterEach(() => http.close());

  test.each([
    [{}, 'credential-missing'],
    [{ authorization: '' }, 'credential-missing'],
    [{ authorization: 'Basic dGVzdDp0ZXN0' }, 'credential-missing'],
    [{ authorization: 'Bearer' }, 'credential-missing'],
    [{ authorization: 'Bearer two words' }, 'credential-missing'],
    [{ authorization: `Bearer ${'x'.repeat(8193)}` }, 'credential-missing'],
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
  beforeEach(async () => {
    http = await start();
  });
  afterEach(() => http.close());

  test.each(['../../etc', 'UPPER', 'a b', 'a.b', 'x'.repeat(64), '-a', ''])('%j is refused', async (tenant) => {
    const answer = await http.get('/api/v1/events', { 'x-tenant-id': tenant });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'tenant-invalid']);
  });

  test.each(['..%2f..%2fetc', 'UPPER', 'a.b', 'x'.repeat(64), '-a'])('%s in a path is no tenant’s', async (tenant) => {
    for (const [name, status] of [
      ['system_admin', 404],
      ['audit_admin', 404],
      ['audit_reader', 403],
    ] as const) {
      const answer = await as(name, { url: `/log/${tenant}/checkpoint` });
      expect([name, answer.statusCode]).toEqual([name, status]);
    }
  });

  test('is the principal’s own where none is named; for the deployment’s, the default one', async () => {
    const own = await http.app.inject({ url: '/api/v1/log', headers: credentialOf('audit_reader') });
    expect(own.json().tenant).toBe(OWN);
    await http.post('/api/v1/events', sampleEvent('x'));
    expect((await http.get('/api/v1/log')).json().tenant).toBe('default');
  });

  test('comes into being with an event of whoever may make tenants, and of nobody else', async () => {
    const write = (name: string, tenant: string) =>
      as(name, { method: 'POST', url: '/api/v1/events', payload: sampleEvent('x') }, tenant);
    expect((await write('system_admin', 'made-by-event')).statusCode).toBe(201);
    expect((await http.get('/api/v1/log', { 'x-tenant-id': 'made-by-event' })).json().size).toBeGreaterThan(0);
    expect(http.world.registry.documents.has(`tenant.${ABSENT}`)).toBe(false);
    expect((await write('admin', ABSENT)).statusCode).toBe(403);
    expect((await as('audit_admin', { url: '/api/v1/events' }, ABSENT)).json().code).toBe('tenant-unknown');
    expect(http.world.registry.documents.has(`tenant.${ABSENT}`)).toBe(false);
  });

  test('that a token names and that is not there is refused as a foreign one, and not made by that', async () => {
    const strange = samplePrincipal({ kind: 'external', tenant: ABSENT, roles: ['admin'] });
    await http.close();
    http = await startHttp({ replace: () => ({ authenticator: { authenticate: () => strange } }) });
    for (const tenant of [ABSENT, FOREIGN]) {
      const answer = await http.get('/api/v1/events', { 'x-tenant-id': tenant });
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'permission-denied']);
    }
    await expect.poll(() => recordedRefusals('system').length).toBeGreaterThan(0);
    expect(http.world.registry.documents.has(`tenant.${ABSENT}`)).toBe(false);
  });
});

describe('whether a foreign tenant exists', () => {
  beforeEach(async () => {
    http = await start();
  });
  afterEach(() => http.close());

  test('shows in no status, no header, no byte of the answer, and in nothing that is asked of a port', async () => {
    for (const row of accessTable) {
      for (const name of ['admin', 'auditor', 'user', 'narrow_auditor', 'nobody'] as const) {
        if (row.foreign.includes(name)) continue;
        const seen = [];
        for (const tenant of [FOREIGN, ABSENT]) {
          await as(name, requestOf(row, tenant), tenant);
          asked = [];
          const answer = await as(name, { ...requestOf(row, tenant), headers: { 'x-request-id': 'r' } }, tenant);
          seen.push({ ...withoutTime(answer), asked: [...asked] });
        }
        expect([row.route, name, seen[0]]).toEqual([row.route, name, seen[1]]);
      }
    }
  });

  test('shows in no log of either tenant: a refused access stands in the log of whoever was refused', async () => {
    await as('auditor', { url: '/api/v1/events' }, FOREIGN);
    await as('auditor', { url: '/api/v1/events' }, ABSENT);
    await expect.poll(() => recordedRefusals(OWN).length).toBe(1);
    expect(recordedRefusals(OWN)[0]).toMatchObject({
      action: 'access.refuse',
      outcome: 'denied',
      actor: { id: 'auditor' },
      reason: 'permission-denied: events:read',
    });
    expect([recordedRefusals(FOREIGN), recordedRefusals(ABSENT)]).toEqual([[], []]);
  });
});

describe('what one tenant was given', () => {
  beforeEach(async () => {
    http = await start();
  });
  afterEach(() => http.close());

  test('as a cursor is of no use for another', async () => {
    const { next } = (await as('audit_admin', { url: '/api/v1/events?limit=1' })).json();
    expect(next).toEqual(expect.any(String));
    const url = `/api/v1/events?limit=1&cursor=${next}`;
    expect((await as('audit_admin', { url })).statusCode).toBe(200);
    expect((await as('audit_admin', { url }, FOREIGN)).json().code).toBe('cursor-invalid');
    expect((await as('audit_reader', { url }, FOREIGN)).json().code).toBe('permission-denied');
  });

  test('as an id or the link of a receipt is not there for another', async () => {
    await http.post('/api/v1/events?wait=sealed', sampleEvent('only-here'), { 'x-tenant-id': FOREIGN });
    for (const path of ['only-here', 'only-here/receipt']) {
      const url = `/api/v1/events/${path}`;
      expect((await as('audit_admin', { url }, FOREIGN)).statusCode).toBe(200);
      const [there, nowhere] = [await as('auditor', { url }), await as('auditor', { url: url.replace('only', 'not') })];
      expect(there.statusCode).toBe(404);
      expect({ ...there.json(), request_id: '' }).toEqual({ ...nowhere.json(), request_id: '' });
    }
  });
});

test('a route that does not say who may call it cannot be registered', async () => {
  const { buildApp } = await import('./app.js');
  http = await start();
  const app = await buildApp(http.services);
  const guarded: GuardedAccess = { permission: 'tenants:read', of: 'tenant' };
  const register = (url: string, access?: Access) => () =>
    app.get(url, { config: { ...(access === undefined ? {} : { access: access as Access }) } }, async () => 'x');
  expect(register('/new')).toThrow(/does not say who may call it/);
  expect(register('/docsecret')).toThrow(/does not say who may call it/);
  expect(register('/log/:tenant/new', guarded)).toThrow(/its path names the tenant/);
  expect(register('/api/v1/tenants/:id/new', guarded)).toThrow(/its path names the tenant/);
  expect(register('/api/v1/other/:id', { ...guarded, tenantParameter: 'id' })).toThrow(/its path names the tenant/);
  expect(register('/open', 'open')).not.toThrow();
  expect(register('/log/:tenant/good', { ...guarded, tenantParameter: 'tenant' })).not.toThrow();
  await app.close();
  await http.close();
});

/**
 * Every route that is registered, by the names of the description, which leaves some out; but for HEAD, for the pages of
 * the description, and for methods that are there only to be refused.
 */
async function registeredRoutes(): Promise<string[]> {
  const described = Object.entries(operationsOf(http.app)).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const others: string[] = [];
  for (const { method, url } of printedRoutes(http.app)) {
    const name = `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`;
    // The router prints a wildcard without what stands before it.
    if (method === 'HEAD' || url.startsWith('/docs') || url.includes('*') || described.includes(name)) continue;
    const answer = await http.app.inject({ method: method as 'GET', url });
    if (answer.statusCode !== 405) others.push(name);
  }
  return [...described, ...others];
}

/** The router's own picture of itself. */
function printedRoutes(app: FastifyInstance): { method: string; url: string }[] {
  const routes: { method: string; url: string }[] = [];
  const parents: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^((?:│ {3}| {4})*)[├└]── (\S+) \(([A-Z, ]+)\)/.exec(line);
    if (match === null) continue;
    const depth = match[1]!.length / 4;
    const url = `${depth === 0 ? '' : parents[depth - 1]}${match[2]}`;
    parents[depth] = url;
    for (const method of match[3]!.split(', ')) routes.push({ method, url });
  }
  return routes;
}

interface Operation {
  security: Record<string, unknown>[];
  'x-permission'?: string;
}

function operationsOf(app: FastifyInstance): Record<string, Record<string, Operation>> {
  return app.swagger().paths as never;
}

/** An answer without what differs from one moment to the next. */
function withoutTime({ statusCode, headers, body }: LightMyRequestResponse) {
  const { date: _, ...others } = headers;
  return { statusCode, headers: others, body };
}

/** The refused accesses that stand in a tenant's log. */
function recordedRefusals(tenant: string): Record<string, unknown>[] {
  return http.world.store.rows
    .filter((row) => row.tenant === tenant)
    .map(({ entry }) => JSON.parse(Buffer.from(entry).toString()))
    .filter(({ action }) => action === 'access.refuse');
}
