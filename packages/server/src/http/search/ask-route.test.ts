import { defaultSealing, sealingPlan } from '@attestlog/event';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bareRoutes } from '../../../testing/bare-routes.js';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { NOTHING_SEALED } from '../../privacy/searching/searched-sealing.js';
import { Aggregator } from '../../query/aggregation/aggregator.js';
import { QuestionReader } from '../../questions/question-reader.js';
import { type AskServices, askAnswerSchema, registerAskRoute } from './ask-route.js';

const NOW_MS = Date.UTC(2025, 9, 15, 12, 30);
const TENANT = { 'x-tenant-id': 'acme' };

let http: HttpService;
let app: FastifyInstance;

beforeAll(async () => {
  http = await startHttp();
  const events = [
    sampleEvent('old', { action: 'order.delete', time: '2025-09-01T12:00:00Z' }),
    sampleEvent('deleted', {
      action: 'order.delete',
      time: '2025-10-14T12:00:00Z',
      actor: { id: 'jane' },
      source: { service: 'shop' },
    }),
    sampleEvent('late', {
      action: 'order.delete',
      time: '2025-10-14T22:30:00Z',
      actor: { id: 'jane' },
      source: { service: 'crm' },
    }),
    sampleEvent('read', { operation: 'read', time: '2025-10-14T12:00:00Z' }),
  ];
  await http.post('/api/v1/events/batch?wait=sealed', events, TENANT);
});
afterAll(() => http.close());
beforeEach(async () => {
  app = await routes({});
});
afterEach(() => app.close());

function routes(
  replace: Partial<AskServices>,
  permissions: 'events:read'[] = ['events:read'],
): Promise<FastifyInstance> {
  const services: AskServices = {
    ...http.services,
    questions: new QuestionReader(),
    sealingOf: () => NOTHING_SEALED,
    nowMs: () => NOW_MS,
    ...replace,
  };
  return bareRoutes(permissions, (bare) => registerAskRoute(bare, services));
}

async function ask(body: unknown, headers: Record<string, string> = {}) {
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/events/ask',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
  return { status: response.statusCode, body: response.json() };
}

interface Page {
  events?: { event: { id: string } }[];
}
const ids = ({ events = [] }: Page) => events.map(({ event }) => event.id);

describe('POST /api/v1/events/ask', () => {
  it('says how the question is read, and gives the events', async () => {
    const { status, body } = await ask({ question: 'who deleted orders yesterday', time_zone: 'Europe/Berlin' });
    expect(status).toBe(200);
    expect(askAnswerSchema.strict().safeParse(body).error).toBeUndefined();
    expect(body.reading).toMatchObject({ intent: 'who', per: 'actor.id', readBy: 'grammar', notUnderstood: [] });
    expect(ids(body)).toEqual(['deleted']);
    expect(body).toMatchObject({ next: null, behind: 0 });
  });

  it('takes the days of the time zone that is asked for', async () => {
    expect(ids((await ask({ question: 'deletions yesterday', time_zone: 'UTC' })).body)).toEqual(['late', 'deleted']);
  });

  it('gives a text that the search takes, and pages that the search goes on with', async () => {
    const { body } = await ask({ question: 'deletions since 1 August' });
    const { q, from } = body.reading;
    const page = await http.get(`/api/v1/events?${new URLSearchParams({ q, from })}`, TENANT);
    expect(ids(page.json())).toEqual(ids(body));
    expect(ids(body)).toEqual(['late', 'deleted', 'old']);
  });

  it('gives as many as are asked for, and no more pages', async () => {
    const { body } = await ask({ question: 'the last deletion' });
    expect([ids(body), body.next]).toEqual([['late'], null]);
  });

  it('searches for nothing where it asks back, and where it is told so', async () => {
    for (const question of ['what did he delete', 'logins on 04/05/2025']) {
      expect(Object.keys((await ask({ question })).body)).toEqual(['reading']);
    }
    expect(Object.keys((await ask({ question: 'deletions', search: false })).body)).toEqual(['reading']);
    expect((await ask({ question: 'what did he delete' })).body.reading.clarification.code).toBe('person-unknown');
  });

  it('begins with the oldest where they are wanted', async () => {
    expect(ids((await ask({ question: 'first deletion' })).body)).toEqual(['old']);
  });

  it('answers how many, and by whom', async () => {
    const many = await ask({ question: 'how many deletions since 1 August' });
    expect(many.body.answer).toEqual({ rows: [{ group: {}, measures: { count: 3 } }], truncated: false });
    const who = await ask({ question: 'who deleted orders since 1 August' });
    expect(who.body.answer.rows).toEqual([
      {
        group: { 'actor.id': 'jane' },
        measures: {
          count: 2,
          'min(time)': '2025-10-14T12:00:00.000000000Z',
          'max(time)': '2025-10-14T22:30:00.000000000Z',
        },
      },
      { group: { 'actor.id': 'u1' }, measures: expect.objectContaining({ count: 1 }) },
    ]);
    expect((await ask({ question: 'deletions' })).body).not.toHaveProperty('answer');
  });

  it('counts by the day of the time zone that is asked for', async () => {
    const { body } = await ask({ question: 'deletions per day since 14 October', time_zone: 'Europe/Berlin' });
    expect(body.answer.rows).toEqual([
      { bucket: '2025-10-14T00:00:00+02:00', group: {}, measures: { count: 1 } },
      { bucket: '2025-10-15T00:00:00+02:00', group: {}, measures: { count: 1 } },
    ]);
  });

  it('applies a threshold, and gives the events of those who pass it', async () => {
    const { body } = await ask({ question: 'users with more than 1 deletion since 1 August' });
    expect(body.answer.rows.map(({ group }: { group: object }) => group)).toEqual([{ 'actor.id': 'jane' }]);
    expect(ids(body)).toEqual(['late', 'deleted']);
    expect(body.q).toContain('actor.id:jane');
    const none = await ask({ question: 'users with more than 1 deletion within 10 minutes since 1 August' });
    expect(none.body.answer.rows).toEqual([]);
    expect([ids(none.body), none.body.insights]).toEqual([[], [{ code: 'count', text: 'There are no such events.' }]]);
    const some = await ask({ question: 'users with more than 1 deletion within 11 hours since 1 August' });
    expect(ids(some.body)).toEqual(['late', 'deleted']);
  });

  it('applies a threshold of different values within a stretch of time', async () => {
    const asked = (hours: number) =>
      ask({ question: `users with deletions in more than one service within ${hours} hours since 1 August` });
    const { body } = await asked(11);
    expect(body.answer.rows).toEqual([
      {
        group: { 'actor.id': 'jane' },
        measures: expect.objectContaining({ count: 2, 'closest(source.service,2)': 37_800 }),
      },
    ]);
    expect(ids(body)).toEqual(['late', 'deleted']);
    const { body: none } = await asked(10);
    expect([none.answer.rows, ids(none)]).toEqual([[], []]);
  });

  it('says what strikes about the events', async () => {
    const { body } = await ask({ question: 'deletions yesterday', time_zone: 'UTC' });
    expect(body.insights).toEqual([
      { code: 'count', text: 'There are 2 such events.' },
      { code: 'top-actor', text: 'jane did all of them (2).' },
      { code: 'new-actor', text: 'One actor was not seen in the 30 days before: jane.' },
    ]);
    expect((await ask({ question: 'deletions', insights: false })).body).not.toHaveProperty('insights');
  });

  it('gives nobody more than they may read', async () => {
    const { body } = await ask({ question: 'deletions' }, { 'x-test-filter': 'id:old' });
    expect(ids(body)).toEqual(['old']);
    app = await routes({}, []);
    expect(ids((await ask({ question: 'deletions' })).body)).toEqual([]);
  });

  it('says what it cannot count, and gives the events all the same', async () => {
    const within = await ask({ question: 'users with deletions from more than 200 addresses within 1 hour' });
    expect(within.body.not_applied).toMatch(/at most 100 different values/);
    expect(ids(within.body)).toContain('old');
    const sealing = () => ({ plan: sealingPlan(defaultSealing), blindKey: undefined });
    const aggregates = new Aggregator({ ...http.services, maxWaitMs: 0, sealing });
    app = await routes({ aggregates, sealingOf: sealing });
    const sealed = await ask({ question: 'users with deletions from more than 1 address' });
    expect(sealed.body.not_applied).toMatch(/source.ip is sealed/);
    expect(sealed.body).not.toHaveProperty('answer');
    expect(ids(sealed.body)).toContain('old');
  });

  it('asks of sealed names only what can be answered', async () => {
    app = await routes({ sealingOf: () => ({ plan: sealingPlan(defaultSealing), blindKey: undefined }) });
    const { body } = await ask({ question: 'deletions by jane', search: false });
    expect(body.reading.q).toContain('(actor.id:jane OR actor.name:jane)');
  });

  it.each([
    {},
    { question: '' },
    { question: 'x'.repeat(501) },
    { question: 'logins', time_zone: 'Mars/Olympus' },
    { question: 'logins', sql: 'SELECT 1' },
  ])('refuses %j', async (body) => {
    expect(await ask(body)).toMatchObject({ status: 400 });
  });
});
