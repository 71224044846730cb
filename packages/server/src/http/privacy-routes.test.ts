import { createHash } from 'node:crypto';
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ADMINISTRATOR, eventOf, MemoryPrivacy, PrivacyWorld, TENANT } from '../../testing/memory-privacy.js';
import { Authorization } from '../access/authorization.js';
import type { Permission } from '../access/permissions.js';
import { Faults } from '../adapters/memory/faults.js';
import { Problem } from '../errors.js';
import type { Requester } from '../privacy/erasure/erasures.js';
import { type ExportRequest, exportPack } from '../privacy/reading/export-pack.js';
import { type PrivacyRouteServices, registerPrivacyRoutes } from './privacy-routes.js';

const EVERYTHING: Permission[] = [
  'privacy:read',
  'privacy:erase',
  'privacy:export',
  'privacy:hold',
  'pii:read',
  'events:read',
];

let world: PrivacyWorld;
let privacy: MemoryPrivacy;
let app: FastifyInstance;

beforeEach(async () => {
  world = new PrivacyWorld();
  await start(new MemoryPrivacy(world));
});
afterEach(() => app.close());

/** The routes alone, behind a guard that lets everybody in as one administrator. */
async function start(as: MemoryPrivacy): Promise<void> {
  privacy = as;
  app = fastify();
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const name of ['principal', 'authorization', 'clientAddress', 'tenant', 'pass']) app.decorateRequest(name);
  app.addHook('onRequest', async (request) => {
    const filter = request.headers['x-test-filter'];
    const principal = { ...ADMINISTRATOR.principal, ...(typeof filter === 'string' ? { filter } : {}) };
    const grants = EVERYTHING.map((permission) => ({ permission, reach: 'own' as const }));
    const authorization = new Authorization(principal, grants);
    Object.assign(request, { principal, authorization, clientAddress: '192.0.2.1', tenant: TENANT });
  });
  app.setErrorHandler((error, _request, reply) => {
    const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
    return reply.code(problem.status).send(problem.toDocument());
  });
  registerPrivacyRoutes(app, servicesOf(as));
  await app.ready();
}

function servicesOf(as: MemoryPrivacy): PrivacyRouteServices {
  const { erasures, holds, personalData, store, audit } = as;
  const { subjectKeys } = as.keys;
  const now = () => '2025-10-06T12:00:00Z';
  const parts = {
    store,
    subjectKeys,
    personalData,
    audit,
    now,
    checkpoint: async () => 'checkpoint',
    receipt: async () => 'receipt',
  };
  return {
    audit,
    limits: { maxBodyBytes: 1_000_000, readWaitMs: 0 },
    progress: { acknowledgedThrough: 0, sealedThrough: 0, sealedBefore: 1_000_000 },
    delegations: {},
    reader: {
      async get(tenant: string, id: string) {
        const row = world.rows.find((one) => one.tenant === tenant && Buffer.from(one.entry).includes(`"id":"${id}"`));
        if (row === undefined) throw new Problem('event-unknown');
        return row;
      },
    },
    privacy: {
      erasures,
      holds,
      subjectKeys,
      personalData,
      store,
      newId: () => `hold-${++world.ids}`,
      now,
      exportPack: (...call: [ExportRequest, Requester]) => exportPack(...call, parts),
    },
  } as unknown as PrivacyRouteServices;
}

const send = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method,
    url: `/api/v1/${url}`,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
const codeOf = (response: LightMyRequestResponse) => [response.statusCode, response.json().code];

describe('erasures', () => {
  test('are done at once, and their certificate can be read afterwards', async () => {
    await privacy.record(eventOf('u1'));
    const response = await send('POST', 'privacy/erasures', { subject: 'u1', reason: 'ticket 7' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ state: 'done', entries: 1, fields: 3, keys: 1, reason: 'ticket 7' });
    expect(response.body).not.toContain('tags');
    const { location } = response.headers;
    const read = await app.inject({ method: 'GET', url: location! });
    expect(read.json()).toEqual(response.json());
    expect(read.json().certificate).toContain('attestlog erasure certificate v1');
    expect((await send('GET', 'privacy/erasures')).json()).toEqual({ erasures: [read.json()], next: null });
  });

  test('take a person’s other names, and the reason of the header', async () => {
    await privacy.record({ action: 'a.b', actor: { email: 'Jane@X.com' } });
    const asked = { subject: 'u1', aliases: ['jane@x.com'] };
    const response = await send('POST', 'privacy/erasures', asked, { 'x-reason': 'by header' });
    expect(response.json()).toMatchObject({ entries: 1, reason: 'by header' });
  });

  test('that are not at their end yet are answered as accepted', async () => {
    await privacy.record(eventOf('u1'));
    await app.close();
    const faults = new Faults((operation) => (operation === 'store.eraseSealed' ? 'fail' : undefined));
    await start(new MemoryPrivacy(world, { faults }));
    const response = await send('POST', 'privacy/erasures', { subject: 'u1' });
    expect([response.statusCode, response.json().state]).toEqual([202, 'removing']);
  });

  test('come in pages', async () => {
    for (const subject of ['a', 'b', 'c']) await send('POST', 'privacy/erasures', { subject });
    const first = (await send('GET', 'privacy/erasures?limit=2')).json();
    expect(first.erasures).toHaveLength(2);
    const second = (await send('GET', `privacy/erasures?limit=2&after=${first.next}`)).json();
    expect([second.erasures.length, second.next]).toEqual([1, null]);
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['an empty subject', { subject: '' }],
    ['a subject that is too long', { subject: 'x'.repeat(1025) }],
    ['an unknown member', { subject: 'a', all: true }],
    ['too many aliases', { subject: 'a', aliases: new Array(21).fill('b') }],
    ['a reason that is too long', { subject: 'a', reason: 'x'.repeat(501) }],
    ['a list', ['a']],
  ])('are refused with %s', async (_, body) => {
    expect(codeOf(await send('POST', 'privacy/erasures', body))).toEqual([422, 'privacy-input-invalid']);
    expect(world.acts).toEqual([]);
  });

  test('that there are none of are not found', async () => {
    expect(codeOf(await send('GET', 'privacy/erasures/none'))).toEqual([404, 'erasure-unknown']);
    expect(codeOf(await send('GET', 'privacy/erasures/..%2Fx'))).toEqual([404, 'erasure-unknown']);
    expect(codeOf(await send('GET', 'privacy/erasures?after=a.b'))).toEqual([400, 'query-invalid']);
  });
});

describe('legal holds', () => {
  test('are set, listed, make an erasure a conflict, and are lifted; all of it recorded', async () => {
    await privacy.record(eventOf('u1'));
    const set = await send('POST', 'privacy/holds', { subject: 'u1', reason: 'case 12' });
    expect([set.statusCode, set.json()]).toEqual([
      201,
      { id: 'hold-1', subject: 'u1', reason: 'case 12', set_at: '2025-10-06T12:00:00Z', set_by: 'user:dpo' },
    ]);
    expect((await send('GET', 'privacy/holds')).json()).toEqual({ holds: [set.json()], next: null });
    expect((await app.inject({ method: 'GET', url: set.headers.location! })).json()).toEqual(set.json());
    const refused = await send('POST', 'privacy/erasures', { subject: 'u1' });
    expect([refused.statusCode, refused.json()]).toMatchObject([409, { code: 'hold-in-force', hold: set.json() }]);
    expect((await send('DELETE', 'privacy/holds/hold-1')).statusCode).toBe(204);
    expect((await send('POST', 'privacy/erasures', { subject: 'u1' })).statusCode).toBe(200);
    expect(world.acts.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'hold.set success',
      'erasure.request denied',
      'hold.lift success',
      'erasure.request success',
    ]);
    expect(JSON.stringify(world.acts)).not.toContain('"u1"');
  });

  test('on a person hold under every name that is given', async () => {
    await send('POST', 'privacy/holds', { subject: 'u1', aliases: ['JANE@x.com'], reason: 'case 12' });
    expect((await send('POST', 'privacy/erasures', { subject: 'jane@X.com' })).statusCode).toBe(409);
    expect((await send('POST', 'privacy/erasures', { subject: 'u2' })).statusCode).toBe(200);
  });

  test('on the tenant hold everybody’s', async () => {
    await send('POST', 'privacy/holds', { reason: 'case 12' });
    expect((await send('POST', 'privacy/erasures', { subject: 'u2' })).statusCode).toBe(409);
  });

  test('need a reason, and somebody whose aliases are given', async () => {
    const invalid = [422, 'privacy-input-invalid'];
    expect(codeOf(await send('POST', 'privacy/holds', { subject: 'u1' }))).toEqual(invalid);
    expect(codeOf(await send('POST', 'privacy/holds', { subject: 'u1', reason: ' ' }))).toEqual(invalid);
    expect(codeOf(await send('POST', 'privacy/holds', { aliases: ['a'], reason: 'r' }))).toEqual(invalid);
  });

  test('that there are none of cannot be read or lifted', async () => {
    expect(codeOf(await send('GET', 'privacy/holds/none'))).toEqual([404, 'hold-unknown']);
    expect(codeOf(await send('DELETE', 'privacy/holds/none'))).toEqual([404, 'hold-unknown']);
    expect(world.acts).toEqual([]);
  });
});

describe('an export', () => {
  test('is a pack of lines whose manifest has its hash', async () => {
    await privacy.record(eventOf('u1'));
    const response = await send('POST', 'privacy/exports', { subject: 'u1', receipts: true });
    expect(response.headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
    });
    const lines = response.body.split('\n');
    expect(JSON.parse(lines[1]!)).toMatchObject({ index: 0, receipt: 'receipt', openings: [{}, {}, {}] });
    const sha256 = createHash('sha256').update(`${lines[0]}\n${lines[1]}\n`).digest('hex');
    expect(JSON.parse(lines[2]!)).toMatchObject({ manifest: { events: 1, sha256 } });
    expect(lines[3]).toBe('');
  });

  test('that cannot be recorded has a proper answer, and nothing of the data', async () => {
    await privacy.record(eventOf('u1'));
    await app.close();
    const faults = new Faults((operation) => (operation === 'audit.record' ? 'fail' : undefined));
    await start(new MemoryPrivacy(world, { faults }));
    const response = await send('POST', 'privacy/exports', { subject: 'u1' });
    expect(codeOf(response)).toEqual([503, 'journal-unavailable']);
  });
});

describe('the openings of an event', () => {
  test('are values and salts, and recorded with the reason', async () => {
    await privacy.record(eventOf('u1'));
    const response = await send('GET', 'events/e0/openings', undefined, { 'x-reason': 'audit' });
    expect(response.json()).toMatchObject({
      index: 0,
      openings: [{ pointer: '/actor/email', value: 'u1@example.com' }, {}, {}],
    });
    expect(response.headers['cache-control']).toBe('no-store');
    expect(world.acts).toMatchObject([{ action: 'pii.open', reason: 'audit', requestId: expect.any(String) }]);
  });

  test('need a reason where the tenant wants one', async () => {
    await privacy.record(eventOf('u1'));
    privacy.policy.isReasonRequired = true;
    expect(codeOf(await send('GET', 'events/e0/openings'))).toEqual([400, 'reason-missing']);
  });

  test('of an event outside of the grants are not found', async () => {
    await privacy.record(eventOf('u1'));
    const of = (filter: string) => send('GET', 'events/e0/openings', undefined, { 'x-test-filter': filter });
    expect((await of('action:order.*')).statusCode).toBe(200);
    expect(codeOf(await of('action:invoice.*'))).toEqual([404, 'event-unknown']);
    expect(world.acts).toHaveLength(1);
  });

  test('of an event that there is none of are not found', async () => {
    expect(codeOf(await send('GET', 'events/none/openings'))).toEqual([404, 'event-unknown']);
  });
});
