import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';
import { aggregateAnswerSchema, facetsAnswerSchema, statsAnswerSchema } from './aggregate-answer.js';

const TENANT = { 'x-tenant-id': 'acme' };
const principals = {
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  janes: samplePrincipal({ kind: 'api-key', subject: 'k', roles: ['auditor'], filter: 'actor:jane' }),
  domain: samplePrincipal({ kind: 'api-key', subject: 'd', roles: ['auditor'], filter: 'actor.email:*@company.com' }),
};
type Name = keyof typeof principals;

let http: HttpService;

/** Around the night in which clocks in Berlin were put back, on 26 October 2025 at 01:00 UTC. */
beforeAll(async () => {
  http = await startHttp({
    settings: { 'sealed-fields': '/actor/email,/source/ip,/metadata/person', 'read-auditing': 'none' },
    replace: asPrincipals((name) => principals[name as Name]),
  });
  const jane = { id: 'jane', email: 'jane@company.com' };
  const event = (id: string, time: string, more: Record<string, unknown>) => sampleEvent(id, { time, ...more });
  const events = [
    event('a', '2025-10-24T23:00:00Z', { actor: jane, outcome: 'denied', metadata: { amount: 100, tags: ['x', 'y'] } }),
    event('b', '2025-10-26T00:30:00Z', { actor: jane, outcome: 'success', metadata: { amount: 900.5 } }),
    event('c', '2025-10-26T01:30:00Z', {
      actor: { id: 'max' },
      outcome: 'success',
      metadata: { amount: '7', tags: ['x'] },
    }),
    event('d', '2025-10-26T22:59:59Z', { actor: { id: 'max' }, action: 'order.delete', source: { ip: '192.0.2.7' } }),
    event('e', '2025-10-27T00:00:00Z', { actor: jane, action: 'order.delete' }),
  ];
  expect((await http.post('/api/v1/events/batch?wait=sealed', events, TENANT)).statusCode).toBe(201);
});
afterAll(() => http.close());

/** The rest of the log is what was read of it. */
const OWN = '-category:audit';

async function answerOf(body: Record<string, unknown>, name: Name = 'auditor') {
  const headers = { ...TENANT, ...credentialOf(name), 'content-type': 'application/json' };
  const payload = JSON.stringify({ q: OWN, ...body });
  const response = await http.app.inject({ method: 'POST', url: '/api/v1/events/aggregate', headers, payload });
  return { status: response.statusCode, body: response.json() };
}

async function rowsOf(body: Record<string, unknown>, name?: Name) {
  const answer = await answerOf(body, name);
  expect(answer.body).toMatchObject(answer.status === 200 ? {} : { status: 200 });
  return aggregateAnswerSchema.strict().parse(answer.body).rows;
}

async function get(url: string, name: Name = 'auditor') {
  const response = await http.app.inject({ url, headers: { ...TENANT, ...credentialOf(name) } });
  return { status: response.statusCode, body: response.json() };
}

describe('POST /api/v1/events/aggregate', () => {
  it('counts all events, where nothing else is asked for', async () => {
    expect(await rowsOf({})).toEqual([{ group: {}, measures: { count: 5 } }]);
    expect(await rowsOf({ q: 'actor:nobody' })).toEqual([{ group: {}, measures: { count: 0 } }]);
  });

  it('measures groups, the largest first', async () => {
    const measures = [
      'count',
      'sum(metadata.amount)',
      'distinct(actor)',
      'percentile(metadata.amount, 50)',
      'min(time)',
    ];
    const rows = await rowsOf({ group_by: ['outcome'], measures });
    expect(rows).toEqual([
      {
        group: { outcome: null },
        measures: {
          count: 2,
          'sum(metadata.amount)': null,
          'distinct(actor.id)': 2,
          'percentile(metadata.amount,50)': null,
          'min(time)': '2025-10-26T22:59:59.000000000Z',
        },
      },
      { group: { outcome: 'success' }, measures: expect.objectContaining({ count: 2, 'sum(metadata.amount)': 900.5 }) },
      { group: { outcome: 'denied' }, measures: expect.objectContaining({ count: 1, 'distinct(actor.id)': 1 }) },
    ]);
  });

  it('an event counts for each value that it has', async () => {
    const rows = await rowsOf({ group_by: ['metadata.tags'], measures: ['count', 'top_k(actor, 1)'] });
    expect(rows.map(({ group, measures }) => [group['metadata.tags'], measures.count])).toEqual([
      [null, 3],
      ['x', 2],
      ['y', 1],
    ]);
    expect(rows[0]?.measures['top_k(actor.id,1)']).toEqual([{ value: 'jane', count: 2 }]);
  });

  it('divides by days of the time zone, also those of 25 hours, and fills gaps', async () => {
    const bucket = { every: 'day', time_zone: 'Europe/Berlin' };
    const days = (rows: Awaited<ReturnType<typeof rowsOf>>) => rows.map((row) => [row.bucket, row.measures.count]);
    expect(days(await rowsOf({ bucket, fill: true, from: '2025-10-24', to: '2025-10-27T22:00:00Z' }))).toEqual([
      ['2025-10-24T00:00:00+02:00', 0],
      ['2025-10-25T00:00:00+02:00', 1],
      ['2025-10-26T00:00:00+02:00', 3],
      ['2025-10-27T00:00:00+01:00', 1],
    ]);
    expect(days(await rowsOf({ bucket }))).toEqual([
      ['2025-10-25T00:00:00+02:00', 1],
      ['2025-10-26T00:00:00+02:00', 3],
      ['2025-10-27T00:00:00+01:00', 1],
    ]);
    const hours = { bucket: { ...bucket, every: 'hour' }, from: '2025-10-26', to: '2025-10-26T02:00:00Z' };
    expect(days(await rowsOf({ ...hours, q: `${OWN} actor:(jane,max)` }))).toEqual([
      ['2025-10-26T02:00:00+02:00', 1],
      ['2025-10-26T02:00:00+01:00', 1],
    ]);
  });

  it('gives each group all of its days', async () => {
    const rows = await rowsOf({ group_by: ['actor'], bucket: { every: 'day' }, limit: 1 });
    expect(rows).toEqual([
      { bucket: '2025-10-24T00:00:00Z', group: { 'actor.id': 'jane' }, measures: { count: 1 } },
      { bucket: '2025-10-26T00:00:00Z', group: { 'actor.id': 'jane' }, measures: { count: 1 } },
      { bucket: '2025-10-27T00:00:00Z', group: { 'actor.id': 'jane' }, measures: { count: 1 } },
    ]);
    const filled = await rowsOf({ group_by: ['actor'], bucket: { every: 'day' }, fill: true });
    expect(filled.map(({ measures }) => measures.count)).toEqual([1, 0, 1, 1, 0, 0, 2, 0]);
  });

  it('orders, bounds and cuts, and says that it has cut', async () => {
    const busiest = { bucket: { every: 'day' }, order: { by: 'count' }, limit: 1 };
    expect(await answerOf(busiest)).toMatchObject({
      body: { rows: [{ bucket: '2025-10-26T00:00:00Z', measures: { count: 3 } }], truncated: true },
    });
    expect(await rowsOf({ group_by: ['actor'], having: [{ measure: 'count', gt: 2 }] })).toHaveLength(1);
    expect(
      await rowsOf({ group_by: ['actor'], having: [{ measure: 'min(time)', gte: '2025-10-26T00:00:00Z' }] }),
    ).toEqual([{ group: { 'actor.id': 'max' }, measures: { count: 2 } }]);
    expect(await rowsOf({ bucket: { every: 'day' }, having: [{ measure: 'count', eq: 3 }] })).toHaveLength(1);
    const byValue = { group_by: ['action'], order: { direction: 'desc' } };
    expect((await rowsOf(byValue)).map(({ group }) => group.action)).toEqual(['order.delete', 'order.approve']);
    expect((await answerOf({ group_by: ['action'], limit: 1 })).body.truncated).toBe(true);
    expect((await answerOf({ group_by: ['action'], limit: 2 })).body.truncated).toBe(false);
  });

  it('counts for nobody more than they may read', async () => {
    expect(await rowsOf({ group_by: ['actor'] }, 'janes')).toEqual([
      { group: { 'actor.id': 'jane' }, measures: { count: 3 } },
    ]);
    expect(await answerOf({}, 'domain')).toMatchObject({ status: 403, body: { code: 'grant-unanswerable' } });
  });

  it.each([
    { group_by: ['actor.email'] },
    { group_by: ['metadata.person.name'] },
    { measures: ['distinct(source.ip)'] },
    { measures: ['top_k(ip, 3)'] },
    { measures: ['sum(metadata.person)'] },
    { having: [{ measure: 'distinct(ip)', gt: 3 }] },
    { order: { by: 'distinct(ip)' } },
  ])('says nothing of sealed values: %j', async (body) => {
    expect(await answerOf(body)).toMatchObject({ status: 422, body: { code: 'sealed-field', operator: 'aggregate' } });
  });

  it('says how many events have a sealed field, and finds by whole values of it', async () => {
    expect(await rowsOf({ measures: ['count(ip)', 'count(actor.email)'] })).toEqual([
      { group: {}, measures: { 'count(source.ip)': 1, 'count(actor.email)': 3 } },
    ]);
    expect(await rowsOf({ q: 'actor.email:jane@company.com' })).toMatchObject([{ measures: { count: 3 } }]);
  });

  it.each([
    [{ group_by: ['acter'] }, /did|perhaps/],
    [{ group_by: ['a', 'b', 'c', 'd', 'e'] }, /group_by/],
    [{ group_by: ['metadata'] }, /path into it/],
    [{ group_by: ['any'] }, /no one field/],
    [{ group_by: ['time'] }, /bucket/],
    [{ measures: ['sum(action)'] }, /no numbers/],
    [{ measures: ['max(action)'] }, /neither numbers nor times/],
    [{ measures: ['median(metadata.amount)'] }, /no measure/],
    [{ measures: ['percentile(metadata.amount, 101)'] }, /0 to 100/],
    [{ measures: ['top_k(actor, 0)'] }, /top_k/],
    [{ measures: [] }, /measures/],
    [{ having: [{ measure: 'count' }] }, /needs gt/],
    [{ order: { by: 'top_k(actor, 3)' } }, /no order/],
    [{ bucket: { every: '7h' } }, /every/],
    [{ bucket: { every: 'hour', time_zone: 'Mars/Olympus' } }, /time zone/i],
    [{ bucket: { every: '1m' }, from: '2025-01-01', to: '2025-12-31' }, /5000/],
    [{ bucket: { every: 'day' }, fill: true, having: [{ measure: 'count', gt: 1 }] }, /fill/],
    [{ from: 'whenever' }, /from/],
    [{ q: 'actor:', filter: { op: 'always' } }, /not both/],
    [{ sql: 'SELECT 1' }, /sql/i],
  ])('refuses %j', async (body, detail) => {
    const answer = await answerOf(body);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(detail);
  });
});

describe('GET /api/v1/events/facets', () => {
  it('gives the most frequent values of fields, and how many events have none', async () => {
    const { body } = await get(`/api/v1/events/facets?q=${OWN}&fields=outcome,metadata.tags&limit=1`);
    expect(facetsAnswerSchema.strict().parse(body)).toMatchObject({
      total: 5,
      facets: [
        { field: 'outcome', values: [{ value: 'success', count: 2 }], more: true, with: 3, without: 2 },
        { field: 'metadata.tags', values: [{ value: 'x', count: 2 }], more: true, with: 2, without: 3 },
      ],
    });
    const { body: usual } = await get(`/api/v1/events/facets?q=${OWN}`, 'janes');
    expect(usual.total).toBe(3);
    expect(usual.facets.map(({ field }: { field: string }) => field)).toContain('actor.id');
  });

  it.each(['fields=', 'fields=actor.email', 'fields=a,b', 'fields=any', 'limit=0', 'fields=id,id,id,id,id,id,id,id'])(
    'refuses %s',
    async (query) => {
      expect((await get(`/api/v1/events/facets?${query}`)).status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('GET /api/v1/stats', () => {
  it('says what the events come to', async () => {
    const { body } = await get(`/api/v1/stats?q=${OWN}&time_zone=Europe/Berlin`);
    const stats = statsAnswerSchema.strict().parse(body);
    expect(stats).toMatchObject({
      events: 5,
      first: '2025-10-24T23:00:00.000000000Z',
      last: '2025-10-27T00:00:00.000000000Z',
      by_outcome: [
        { value: null, events: 2 },
        { value: 'success', events: 2 },
        { value: 'denied', events: 1 },
      ],
      top_actors: [
        { value: 'jane', events: 3 },
        { value: 'max', events: 2 },
      ],
    });
    expect(stats.by_day.map(({ events }) => events)).toEqual([1, 3, 1]);
    expect(stats.by_day.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(stats.bytes);
  });

  it('is of what its reader may see, and of nothing too', async () => {
    expect((await get(`/api/v1/stats?q=${OWN}`, 'janes')).body).toMatchObject({
      events: 3,
      top_actors: [{ value: 'jane' }],
    });
    expect((await get('/api/v1/stats?q=actor:nobody')).body).toMatchObject({ events: 0, first: null, by_day: [] });
  });
});
