import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';
import { MAX_SEARCHES_PER_OWNER } from '../../searches/saved-search-document.js';

const principals = {
  admin: samplePrincipal({ subject: 'admin', roles: ['admin'] }),
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  jane: samplePrincipal({ subject: 'jane', roles: ['user'] }),
  many: samplePrincipal({ subject: 'many', roles: ['user'] }),
};
type Name = keyof typeof principals;

const SEARCHES = '/api/v1/searches';
const TENANT = { 'x-tenant-id': 'acme' };
let http: HttpService;

const as = (name: Name, method: InjectOptions['method'] = 'GET', url = SEARCHES, payload?: object, headers = {}) =>
  http.app.inject({
    method: method ?? 'GET',
    url,
    headers: {
      ...TENANT,
      ...credentialOf(name),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
const saved = async (name: Name, search: object) => {
  const answer = await as(name, 'POST', SEARCHES, search);
  expect(answer.statusCode, answer.body).toBe(201);
  return { url: answer.headers.location as string, tag: { 'if-match': answer.headers.etag }, document: answer.json() };
};
const names = async (name: Name) => (await as(name)).json().searches.map((search: { name: string }) => search.name);
const found = async (name: Name, url: string) =>
  (await as(name, 'GET', `${url}/events`)).json().events.map(({ event }: { event: { id: string } }) => event.id);

beforeAll(async () => {
  http = await startHttp({ replace: asPrincipals((name) => principals[name as Name]) });
  const both = { session_id: 'both', targets: [{ type: 'order', id: 'shared' }] };
  const events = [
    sampleEvent('of-jane', { actor: { id: 'jane' }, outcome: 'denied', ...both }),
    sampleEvent('of-bob', { actor: { id: 'bob' }, outcome: 'denied', ...both }),
    sampleEvent('old', { actor: { id: 'jane' }, outcome: 'denied', time: '2020-01-01T00:00:00Z' }),
  ];
  await http.post('/api/v1/events/batch?wait=sealed', events, TENANT);
});
afterAll(() => http.close());

describe('a saved search', () => {
  test('that is private is for its owner alone, administrators included', async () => {
    const { url, tag } = await saved('jane', { name: 'mine', q: 'actor:@me' });
    expect(await names('jane')).toContain('mine');
    expect(await names('admin')).not.toContain('mine');
    for (const [method, more] of [
      ['GET', {}],
      ['PUT', tag],
      ['DELETE', tag],
    ] as const) {
      const answer = await as('admin', method, url, method === 'PUT' ? { name: 'x' } : undefined, more);
      expect([method, answer.statusCode, answer.json().code]).toEqual([method, 404, 'search-unknown']);
    }
    expect((await as('admin', 'GET', `${url}/events`)).statusCode).toBe(404);
  });

  test('that is shared finds for each reader what their own grant gives', async () => {
    const { url } = await saved('admin', { name: 'denied', q: 'outcome:denied', from: 'last 7 days', shared: true });
    expect(await names('jane')).toContain('denied');
    expect(await found('auditor', url)).toEqual(['of-bob', 'of-jane']);
    expect(await found('jane', url)).toEqual(['of-jane']);
  });

  test('is run with its times, order and fields, page by page', async () => {
    const search = {
      name: 'all',
      filter: { op: 'is', field: 'outcome', values: ['denied'] },
      order: 'oldest',
      fields: ['id'],
    };
    const { url } = await saved('auditor', search);
    const first = (await as('auditor', 'GET', `${url}/events?limit=2&total=exact`)).json();
    expect(first.events.map(({ event }: { event: object }) => event)).toEqual([{ id: 'old' }, { id: 'of-jane' }]);
    expect(first).toMatchObject({ total: { value: 3, relation: 'exact' }, cost: { rows_read: expect.any(Number) } });
    const second = (await as('auditor', 'GET', `${url}/events?limit=2&cursor=${first.next}`)).json();
    expect(second.events.map(({ event }: { event: object }) => event)).toEqual([{ id: 'of-bob' }]);
  });

  test('is shared, and changed once it is, by those only who may', async () => {
    const denied = { statusCode: 403, permission: 'searches:manage' };
    const outcome = (answer: Awaited<ReturnType<typeof as>>) => ({
      statusCode: answer.statusCode,
      permission: answer.json().permission,
    });
    expect(outcome(await as('auditor', 'POST', SEARCHES, { name: 'a', shared: true }))).toEqual(denied);
    const own = await saved('auditor', { name: 'a' });
    expect(outcome(await as('auditor', 'PUT', own.url, { name: 'a', shared: true }, own.tag))).toEqual(denied);
    const shared = await saved('admin', { name: 'b', shared: true });
    expect(outcome(await as('auditor', 'PUT', shared.url, { name: 'c' }, shared.tag))).toEqual(denied);
    expect(outcome(await as('auditor', 'DELETE', shared.url, undefined, shared.tag))).toEqual(denied);
  });

  test('is changed and deleted at the revision that was read', async () => {
    const { url, tag, document } = await saved('jane', { name: 'one' });
    expect((await as('jane', 'PUT', url, { name: 'two' })).json().code).toBe('revision-missing');
    const changed = await as('jane', 'PUT', url, { name: 'two', columns: ['time', 'actor'] }, tag);
    expect(changed.json()).toMatchObject({ name: 'two', columns: ['time', 'actor'], owner: document.owner });
    expect((await as('jane', 'DELETE', url, undefined, tag)).json().code).toBe('revision-lost');
    const gone = await as('jane', 'DELETE', url, undefined, { 'if-match': changed.headers.etag });
    expect([gone.statusCode, (await as('jane', 'GET', url)).statusCode]).toEqual([204, 404]);
  });

  test.each([
    [{ name: '' }, 'search-invalid'],
    [{ name: 'x', q: 'outcome:' }, 'filter-invalid'],
    [{ name: 'x', q: 'a', filter: { op: 'always' } }, 'search-invalid'],
    [{ name: 'x', from: 'some day' }, 'query-invalid'],
    [{ name: 'x', fields: ['no_such'] }, 'query-invalid'],
    [{ name: 'x', time_zone: 'Mars' }, 'search-invalid'],
  ])('that could not be run is not saved: %j', async (search, code) => {
    const answer = await as('jane', 'POST', SEARCHES, search);
    expect([answer.statusCode >= 400, answer.json().code]).toEqual([true, code]);
  });

  test('longer than its bound is refused', async () => {
    const columns = Array.from({ length: 64 }, (_, place) => `metadata.${'x'.repeat(500)}${place}`);
    expect((await as('jane', 'POST', SEARCHES, { name: 'x', columns })).json().code).toBe('search-invalid');
  });

  test('beyond the bound is refused', async () => {
    for (let count = 0; count < MAX_SEARCHES_PER_OWNER; count += 1) await saved('many', { name: `s${count}` });
    expect((await as('many', 'POST', SEARCHES, { name: 'more' })).json().code).toBe('limit-reached');
  });

  test('is on record when it is made, changed and deleted, without its words', async () => {
    await http.get('/api/v1/events?limit=1', TENANT);
    const page = await http.get('/api/v1/events?q=action:search.*&limit=1000', TENANT);
    const events = page.json().events.map(({ event }: { event: { action: string } }) => event);
    const actions = new Set(events.map(({ action }: { action: string }) => action));
    expect([...actions].sort()).toEqual(['search.create', 'search.delete', 'search.update']);
    expect(JSON.stringify(events)).not.toContain('outcome:denied');
  });
});

test('histories, activities and timelines have what the grant of their reader gives', async () => {
  const ids = async (name: Name, url: string) =>
    (await as(name, 'GET', url)).json().events.map(({ event }: { event: { id: string } }) => event.id);
  expect(await ids('auditor', '/api/v1/actors/bob/activity')).toEqual(['of-bob']);
  expect(await ids('jane', '/api/v1/actors/bob/activity')).toEqual([]);
  expect(await ids('auditor', '/api/v1/targets/order/shared/history')).toEqual(['of-bob', 'of-jane']);
  expect(await ids('jane', '/api/v1/targets/order/shared/history')).toEqual(['of-jane']);
  expect(await ids('jane', '/api/v1/sessions/both/timeline')).toEqual(['of-jane']);
  const page = (await as('auditor', 'GET', '/api/v1/sessions/both/timeline?limit=1')).json();
  const stolen = await as('jane', 'GET', `/api/v1/sessions/both/timeline?limit=1&cursor=${page.next}`);
  expect(stolen.json().code).toBe('cursor-invalid');
});

test('the searches of a deleted tenant go with it', async () => {
  await http.services.searches.removeTenant('acme');
  expect(await names('jane')).toEqual([]);
});
