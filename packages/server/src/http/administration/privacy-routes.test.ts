import { createHash } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bareRoutes } from '../../../testing/bare-routes.js';
import { eventOf, MemoryPrivacy, PrivacyWorld } from '../../../testing/memory-privacy.js';
import type { Permission } from '../../access/permissions.js';
import { Faults } from '../../adapters/memory/faults.js';
import { Problem } from '../../errors.js';
import type { Requester } from '../../privacy/erasure/erasures.js';
import { type ExportRequest, exportPack } from '../../privacy/reading/export-pack.js';
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

async function start(as: MemoryPrivacy): Promise<void> {
  privacy = as;
  app = await bareRoutes(EVERYTHING, (bare) => registerPrivacyRoutes(bare, servicesOf(as)));
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
      store: {
        entries: async (tenant: string, first: number, end: number) =>
          world.rows.filter((row) => row.tenant === tenant && row.index >= first && row.index < end),
      },
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

describe('the openings of entries by their indexes', () => {
  const range = (first: number, end: number, headers = {}) =>
    send('GET', `privacy/openings?from=${first}&to=${end}`, undefined, headers);

  test('are those of every entry that has any, recorded as one unmasking', async () => {
    await privacy.record(eventOf('u1'));
    await privacy.record({ action: 'a.b', actor: { id: 'u1' } });
    await privacy.record(eventOf('u2'));
    await privacy.record(eventOf('u3'));
    const response = await range(0, 3, { 'x-reason': 'audit' });
    expect(response.json()).toEqual({
      openings: [
        { index: 0, openings: expect.arrayContaining([expect.objectContaining({ value: 'u1@example.com' })]) },
        { index: 2, openings: expect.any(Array) },
      ],
    });
    expect(response.headers['cache-control']).toBe('no-store');
    expect(world.acts).toMatchObject([{ action: 'pii.open', reason: 'audit', metadata: { events: 2, fields: 6 } }]);
  });

  test('name the erasure of what was erased', async () => {
    await privacy.record(eventOf('u1'));
    const { id } = (await send('POST', 'privacy/erasures', { subject: 'u1' })).json();
    const [{ openings }] = (await range(0, 1)).json().openings;
    expect(openings).toEqual(
      ['/actor/email', '/actor/name', '/source/ip'].map((pointer) => ({ pointer, erasure: id })),
    );
  });

  test('of what is not committed yet are not there', async () => {
    await privacy.record(eventOf('u1'));
    world.rows[0]!.position = 1_000_000;
    expect((await range(0, 1)).json()).toEqual({ openings: [] });
    expect(world.acts).toEqual([]);
  });

  test('are for those only who may see every event', async () => {
    await privacy.record(eventOf('u1'));
    expect(codeOf(await range(0, 1, { 'x-test-filter': 'action:order.*' }))).toEqual([403, 'permission-denied']);
    expect(world.acts).toEqual([]);
  });

  test('need a reason where the tenant wants one', async () => {
    await privacy.record(eventOf('u1'));
    privacy.policy.isReasonRequired = true;
    expect(codeOf(await range(0, 1))).toEqual([400, 'reason-missing']);
  });

  test('are of 256 entries at most', async () => {
    expect((await range(5, 261)).statusCode).toBe(200);
    for (const [first, end] of [
      [5, 262],
      [5, 5],
      [5, 4],
    ] as const)
      expect(codeOf(await range(first, end))).toEqual([400, 'query-invalid']);
    expect(codeOf(await send('GET', 'privacy/openings'))).toEqual([400, 'query-invalid']);
  });
});
