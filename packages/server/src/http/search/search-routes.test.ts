import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';
import { pageAnswerExample, pageAnswerSchema } from './page-answer.js';

const principals = {
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  admin: samplePrincipal({ subject: 'admin', roles: ['admin'] }),
  narrow: samplePrincipal({ kind: 'api-key', subject: 'narrow', roles: ['auditor'], filter: 'id:(e1,e2)' }),
  writer: samplePrincipal({ subject: 'writer', roles: ['audit_writer'] }),
};
type Name = keyof typeof principals;
interface Page {
  events: { index: number; event: Record<string, unknown>; personal?: { pointer: string; state: string }[] }[];
  next: string | null;
  previous: string | null;
  total?: { value: number; relation: string };
}

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const OURS = 'category:wms';

let http: HttpService;

beforeAll(async () => {
  http = await startHttp({
    settings: { 'sealed-fields': '/actor/name,/actor/email' },
    replace: asPrincipals((name) => principals[name as Name]),
  });
  await http.post('/api/v1/tenants', { id: 'acme', plan: 'unlimited' });
  const events = [1, 2, 3, 4, 5].map((number) =>
    sampleEvent(`e${number}`, {
      category: 'wms',
      time: daysAgo(10 - number),
      actor: { id: `u${number}`, name: 'Jane Doe', email: 'jane@x.com' },
      targets: [{ type: 'order', id: `${number}` }, { type: 'customer' }],
      metadata: { amount: number * 100, 'a key': { 'b.c': [number] }, 10: 'x', 9: 'y' },
    }),
  );
  await call('writer', 'POST', '/api/v1/events/batch?wait=sealed', events);
});
afterAll(() => http.close());

async function call(name: Name, method: 'GET' | 'POST', url: string, body?: unknown) {
  const response = await http.app.inject({
    method,
    url,
    headers: {
      'x-tenant-id': 'acme',
      ...credentialOf(name),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: response.json(), text: response.body };
}
const search = (body: unknown, name: Name = 'auditor') => call(name, 'POST', '/api/v1/events/search', body);
const query = (parameters: Record<string, string>, name: Name = 'auditor') =>
  call(name, 'GET', `/api/v1/events?${new URLSearchParams(parameters)}`);
const ids = ({ events }: Page) => events.map(({ event: { id } }) => id);
const tree = { op: 'is', field: 'category', values: ['wms'] };

describe('a search', () => {
  test('finds the same by a tree, by a text, and by a query string, as its answer is described', async () => {
    const more = { op: 'range', field: 'metadata.amount', gt: 200 };
    const byTree = await search({ filter: { op: 'and', filters: [tree, more] } });
    const byText = await search({ q: `${OURS} metadata.amount:>200` });
    const byQuery = await query({ q: `${OURS} metadata.amount:>200` });
    for (const { status, body } of [byTree, byText, byQuery]) {
      expect([status, ids(body)]).toEqual([200, ['e5', 'e4', 'e3']]);
      expect(pageAnswerSchema.strict().parse(body)).toEqual(body);
      expect(body.cost).toEqual({
        rows_read: expect.any(Number),
        bytes_read: expect.any(Number),
        milliseconds: expect.any(Number),
      });
    }
    expect(pageAnswerSchema.strict().parse(pageAnswerExample)).toEqual(pageAnswerExample);
  });

  test('goes on and back, in either order, while its own reads come into the log', async () => {
    const first = await search({ filter: tree, order: 'oldest', limit: 2, total: 'exact' });
    const second = await search({
      filter: tree,
      order: 'oldest',
      limit: 2,
      cursor: first.body.next,
      total: 'estimate',
    });
    const third = await query({ q: OURS, order: 'oldest', limit: '2', cursor: second.body.next });
    const back = await query({ q: OURS, order: 'oldest', limit: '2', cursor: third.body.previous });
    expect([first, second, third, back].map(({ body }) => ids(body))).toEqual([
      ['e1', 'e2'],
      ['e3', 'e4'],
      ['e5'],
      ['e3', 'e4'],
    ]);
    expect([first.body.previous, third.body.next]).toEqual([null, null]);
    expect([first.body.total, second.body.total, third.body.total]).toEqual([
      { value: 5, relation: 'exact' },
      { value: 5, relation: 'exact' },
      undefined,
    ]);
    // Nobody else's, nor in the other order.
    for (const [other, name] of [
      [{ filter: tree, cursor: first.body.next }, 'auditor'],
      [{ filter: tree, order: 'oldest', cursor: first.body.next }, 'narrow'],
      [{ filter: tree, order: 'oldest', cursor: first.body.next.slice(0, -2) }, 'auditor'],
    ] as const) {
      expect((await search(other, name)).body).toMatchObject({ status: 400, code: 'cursor-invalid' });
    }
  });

  test('of everything is one of the moment of its first page', async () => {
    let page: Page = (await search({ order: 'oldest', limit: 2, total: 'exact' })).body;
    const { total } = page;
    const seen = page.events.map(({ index }) => index);
    while (page.next !== null) {
      await call('writer', 'POST', '/api/v1/events?wait=sealed', { action: 'order.reject' });
      page = (await search({ order: 'oldest', limit: 2, cursor: page.next })).body;
      seen.push(...page.events.map(({ index }) => index));
    }
    expect(seen).toHaveLength(total!.value);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('goes on with its cursor after a restart', async () => {
    const before = await startHttp();
    for (const id of ['a', 'b', 'c']) await before.post('/api/v1/events?wait=sealed', sampleEvent(id));
    const asked = { q: 'action:order.approve', limit: 1, from: 'last 2 hours' };
    const first = (await before.post('/api/v1/events/search', asked)).json();
    await before.close();
    const after = await startHttp({ world: before.world });
    await after.post('/api/v1/events?wait=sealed', sampleEvent('d'));
    const second = (await after.post('/api/v1/events/search', { ...asked, cursor: first.next })).json();
    const back = (await after.post('/api/v1/events/search', { ...asked, cursor: second.previous })).json();
    expect([first, second, back].map(ids)).toEqual([['c'], ['b'], ['c']]);
    await after.close();
  });

  test('takes its time in words', async () => {
    expect(ids((await search({ q: OURS, from: 'last 156 hours' })).body)).toEqual(['e5', 'e4']);
    const day = await query({ q: OURS, from: daysAgo(7).slice(0, 10), to: daysAgo(7).slice(0, 10), time_zone: 'UTC' });
    expect(ids(day.body)).toEqual(['e3']);
    const wrong = await search({ from: 'someday' });
    expect(wrong.body).toMatchObject({ status: 400, code: 'query-invalid' });
    expect(wrong.body.detail).toMatch(/"from".*RFC 3339.*yesterday, last 7 days/);
  });

  test('gives nobody more than they may read, nor counts it', async () => {
    const { body } = await search({ filter: { op: 'always' }, limit: 1, total: 'exact' }, 'narrow');
    expect([ids(body), body.total]).toEqual([['e2'], { value: 2, relation: 'exact' }]);
    expect((await search({}, 'writer')).status).toBe(403);
  });

  test.each<[unknown, number, Record<string, unknown>]>([
    [
      { q: 'password acter:jane' },
      422,
      { code: 'filter-invalid', reason: 'unknown-field', offset: 9, suggestion: 'actor' },
    ],
    [
      { filter: { op: 'and', filters: [tree, { op: 'is', field: 'acter.id', values: ['x'] }] } },
      422,
      { code: 'filter-invalid', reason: 'unknown-field', pointer: '/filter/filters/1/field', suggestion: 'actor.id' },
    ],
    [
      { filter: { op: 'is', field: 'outcome', values: ['sucess'] } },
      422,
      { code: 'filter-invalid', reason: 'unknown-value', suggestion: 'success' },
    ],
    [{ filter: { op: 'is', field: 'id' } }, 422, { code: 'filter-invalid', reason: 'bad-shape', pointer: '/filter' }],
    [{ filter: { op: 'sql', sql: '1=1' } }, 422, { code: 'filter-invalid', pointer: '/filter/op' }],
    [{ filter: { op: 'sealed', blind: ['x'] } }, 422, { code: 'filter-invalid' }],
    [{ filter: [] }, 422, { code: 'filter-invalid', pointer: '/filter' }],
    [{ filter: null }, 422, { code: 'filter-invalid' }],
    [{ filter: tree, q: OURS }, 400, { code: 'query-invalid', detail: 'Send "filter" or "q", not both.' }],
    [
      { filters: tree },
      400,
      { code: 'query-invalid', detail: expect.stringMatching(/"filters"; did you mean "filter"/) },
    ],
    [{ limit: 0 }, 400, { code: 'query-invalid' }],
    [{ limit: 1001 }, 400, { code: 'query-invalid' }],
    [{ order: 'up' }, 400, { code: 'query-invalid' }],
    [{ total: true }, 400, { code: 'query-invalid' }],
    [{ time_zone: 'Mars/Olympus' }, 400, { code: 'query-invalid' }],
    [{ cursor: 'nonsense' }, 400, { code: 'cursor-invalid' }],
    [{ fields: [] }, 400, { code: 'query-invalid', reason: 'missing-value' }],
    [
      { fields: ['id', 'actor.nmae'] },
      400,
      { code: 'query-invalid', reason: 'unknown-field', place: 1, suggestion: 'actor.name' },
    ],
    [[], 400, { code: 'query-invalid' }],
  ])('for %j is refused', async (body, status, problem) => {
    const answer = await search(body);
    expect(answer.body).toMatchObject({ status, ...problem });
  });
});

describe('the fields of events', () => {
  test('are those that are asked for, by the names that filters have for them', async () => {
    const expected = { id: 'e1', actor: { id: 'u1' }, metadata: { amount: 100 } };
    for (const { body } of [
      await search({ q: 'id:e1', fields: ['id', 'actor.id', 'metadata.amount'] }),
      await query({ q: 'id:e1', fields: 'id, actor.id, metadata.amount' }),
    ]) {
      expect(body.events).toEqual([{ index: 1, position: expect.any(Number), event: expected }]);
    }
    const quoted = await query({ q: 'id:e1', fields: 'target,metadata."a key"."b.c",reason' });
    expect(quoted.body.events[0].event).toEqual({ targets: [{ id: '1' }, {}], metadata: { 'a key': { 'b.c': [1] } } });
    expect((await query({ q: 'id:e1', fields: 'reason' })).body.events[0].event).toEqual({});
  });

  test('are canonical JSON', async () => {
    const { text } = await search({ q: 'id:e1', fields: ['metadata', 'id'] });
    expect(text).toContain('"event":{"id":"e1","metadata":{"10":"x","9":"y","a key":{"b.c":[1]},"amount":100}}');
  });

  test('stay commitments where they are sealed, and nothing else is shown or unmasked', async () => {
    const openings = async () =>
      (await query({ q: 'action:pii.read', order: 'oldest' })).body.events.map(
        ({ event }: Page['events'][number]) => (event as { metadata: unknown }).metadata,
      );
    const one = (await search({ q: 'id:(e1,e2)', fields: ['id', 'actor.name'] }, 'admin')).body as Page;
    for (const { event, personal } of one.events) {
      expect(event.actor).toEqual({ name: { $sealed: expect.stringMatching(/^[0-9a-f]{64}$/) } });
      expect(personal).toEqual([{ pointer: '/actor/name', state: 'open', value: 'Jane Doe' }]);
    }
    expect(await openings()).toMatchObject([{ events: 2, fields: 2 }]);
    const none = (await search({ q: 'id:e1', fields: ['id', 'actor.id'] }, 'admin')).body as Page;
    expect(none.events[0]).not.toHaveProperty('personal');
    expect(await openings()).toHaveLength(1);
    const masked = (await search({ q: 'id:e1', fields: ['actor'] })).body as Page;
    expect(masked.events[0]!.personal!.map(({ pointer, state }) => [pointer, state])).toEqual([
      ['/actor/email', 'masked'],
      ['/actor/name', 'masked'],
    ]);
  });
});
