import { gzipSync } from 'node:zlib';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Canaries } from '../../testing/canaries.js';
import { type HttpService, KEY, sampleEvent, startHttp } from '../../testing/http-service.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withJournalFaults, withRegistryFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryJournal } from '../adapters/memory/memory-journal.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';

const TENANT = { 'x-tenant-id': 'acme' };
const PASSWORD = 'Canary-Pass-word-1-äß"';
const NEW_PASSWORD = 'Canary-Pass-word-2-äß"';

let http: HttpService;
let fault: Fault | undefined;
let canaries: Canaries;
/** Every answer but those that hand out a secret, by what was asked. */
let answers: Map<string, string>;

beforeEach(async () => {
  fault = undefined;
  answers = new Map();
  canaries = new Canaries();
  canaries.plant('the key of the deployment', KEY);
  const faults = new Faults((operation) => (/watch/.test(operation) ? undefined : fault));
  http = await startHttp({
    ports: (world) => ({
      journal: withJournalFaults(openMemoryJournal(world.journal), faults),
      store: withStoreFaults(openMemoryStore(world.store), faults),
      registry: withRegistryFaults(openMemoryRegistry(world.registry), faults),
    }),
  });
});
afterEach(() => http.close());

/** Sends a request, with the key of the deployment unless its headers say otherwise, and keeps the answer. */
async function send(options: InjectOptions): Promise<LightMyRequestResponse> {
  const answer = await http.request({ ...options, headers: { ...TENANT, ...options.headers } });
  const name = `answer ${answers.size} to ${options.method ?? 'GET'} ${String(options.url).split('?')[0]}`;
  answers.set(name, `${JSON.stringify(answer.headers)}\n${answer.body}`);
  return answer;
}

const post = (url: string, body: unknown, headers = {}) =>
  send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });

/** A request whose answer is allowed to show new secrets: they are planted, and must not be anywhere else. */
async function handOut(
  url: string,
  body: unknown,
  secrets: Record<string, string>,
  by = {},
): Promise<Record<string, string>> {
  const answer = await http.request({
    method: 'POST',
    url,
    headers: { ...TENANT, 'content-type': 'application/json', ...by },
    payload: JSON.stringify(body),
  });
  expect([url, answer.statusCode < 300]).toEqual([url, true]);
  const given = answer.json() as Record<string, string>;
  for (const [member, what] of Object.entries(secrets)) canaries.plant(what, given[member]!);
  const hidden = canaries.planted.filter((what) => !Object.values(secrets).includes(what));
  const others = canaries.foundIn(new Map([[url, answer.body]]), Object.values(secrets));
  expect([hidden.length, others]).toEqual([hidden.length, []]);
  return given;
}

/** Everything that somebody who is not the client could read. */
async function places(): Promise<Map<string, string>> {
  const { journal, registry, store, objects } = http.world;
  const metrics = await http.app.inject('/metrics');
  return new Map([
    ...answers,
    ['the log of the server', http.logged.join('')],
    ['the metrics', metrics.body],
    ['the store', store.rows.map(({ entry }) => Buffer.from(entry).toString('latin1')).join('\n')],
    ['the store as UTF-8', store.rows.map(({ entry }) => Buffer.from(entry).toString('utf8')).join('\n')],
    ['the registry', JSON.stringify([...registry.documents])],
    ['the journal', bytesIn(journal)],
    ['the objects', bytesIn(objects)],
    ['the description of the API', (await http.app.inject('/openapi.json')).body],
  ]);
}

/** All bytes that are anywhere in a structure, as text. */
function bytesIn(value: unknown, seen = new Set<unknown>()): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || seen.has(value)) return '';
  seen.add(value);
  const inner = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return inner.map((part) => bytesIn(part, seen)).join('\n');
}

/** Whatever clients do with a credential, rightly and wrongly. */
async function useCredential(secret: string): Promise<void> {
  const bearer = { authorization: `Bearer ${secret}` };
  await send({ url: '/api/v1/events', headers: bearer });
  await send({ url: '/readyz', headers: bearer });
  await send({ url: '/api/v1/nothing', headers: bearer });
  await send({ url: '/api/v1/events', method: 'DELETE', headers: bearer });
  await send({ url: '/api/v1/events', headers: { authorization: `Basic ${Buffer.from(secret).toString('base64')}` } });
  await send({ url: '/api/v1/events', headers: { authorization: `Bearer ${secret}x` } });
  await send({ url: '/api/v1/events', headers: { authorization: `Bearer ${secret.slice(0, -1)}` } });
  await send({ url: '/api/v1/events', headers: { authorization: secret } });
  // In places where it does not belong.
  const inUrl = encodeURIComponent(secret);
  await send({ url: `/api/v1/events?key=${inUrl}` });
  await send({ url: `/api/v1/events?cursor=${inUrl}` });
  await send({ url: `/api/v1/events?limit=${inUrl}` });
  await send({ url: `/api/v1/events/${inUrl}` });
  await send({ url: `/api/v1/keys/${inUrl}` });
  await send({ url: `/api/v1/roles/${inUrl}` });
  await send({ url: `/log/${inUrl}/checkpoint` });
  await send({ url: `/${inUrl}` });
  await send({ url: '/api/v1/events', headers: { 'x-tenant-id': inUrl } });
  await send({ url: '/api/v1/events', headers: { cookie: `session=${inUrl}`, 'user-agent': inUrl } });
  await post('/api/v1/events', `{"id":"a","action":"x.y","${inUrl}`);
  await post('/api/v1/auth/token', { grant_type: 'api_key', api_key: `${secret}x` });
  await post('/api/v1/auth/token', { grant_type: 'refresh_token', refresh_token: `x${secret.slice(0, 255)}` });
  await post('/api/v1/auth/revoke', { token: `${secret}x` });
  await post('/api/v1/auth/logout', { refresh_token: `x${secret.slice(0, 255)}` });
  await post('/api/v1/auth/token', gzipSync(secret), { 'content-encoding': 'gzip' });
}

async function usePasswords(): Promise<void> {
  const login = { tenant: 'acme', login: 'jane@example.com' };
  await post('/api/v1/auth/token', { grant_type: 'password', ...login, password: `${PASSWORD}x` });
  await post('/api/v1/auth/token', { grant_type: 'password', ...login, secret: PASSWORD });
  await post('/api/v1/auth/token', { grant_type: 'password', tenant: 'acme', login: 'x', password: PASSWORD });
  await post('/api/v1/auth/password', { ...login, password: NEW_PASSWORD, new_password: PASSWORD });
  await post('/api/v1/auth/password', { ...login, password: PASSWORD, new_password: NEW_PASSWORD });
  await post('/api/v1/auth/token', `{"grant_type":"password","password":${JSON.stringify(PASSWORD)}`);
}

test('no secret is in a log line, a metric, an answer, an event or a document, whatever is done and whatever fails', async () => {
  await post('/api/v1/events', sampleEvent('first'));
  const { key } = await handOut(
    '/api/v1/keys',
    { name: 'canary', permissions: ['events:read', 'events:write'], roles: ['auditor'] },
    { key: 'an API key' },
  );
  const { id } = (await send({ url: '/api/v1/keys' })).json().keys[0];
  const { key: rotated } = await handOut(`/api/v1/keys/${id}/rotate`, {}, { key: 'a rotated API key' });
  canaries.plant('the secret of an API key', key!.split('_').at(-1)!);
  canaries.plant('a password', PASSWORD);
  canaries.plant('a new password', NEW_PASSWORD);
  await post('/api/v1/users', { login: 'jane@example.com', password: PASSWORD, roles: ['user'] });
  const tokens = await handOut(
    '/api/v1/auth/token',
    { grant_type: 'password', tenant: 'acme', login: 'jane@example.com', password: PASSWORD },
    { access_token: 'an access token', refresh_token: 'a refresh token' },
  );
  const renewed = await handOut(
    '/api/v1/auth/token',
    { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
    { access_token: 'a renewed access token', refresh_token: 'a renewed refresh token' },
  );
  const all = [KEY, key!, rotated!, tokens.access_token!, tokens.refresh_token!, renewed.access_token!];
  for (const next of [undefined, 'fail', 'fail-after'] as const) {
    fault = next;
    for (const secret of all) await useCredential(secret);
    await usePasswords();
    await post(`/api/v1/keys/${id}/rotate`, next === undefined ? '{' : {});
  }
  fault = undefined;
  await http.request({ method: 'DELETE', url: `/api/v1/keys/${id}`, headers: TENANT });
  await useCredential(rotated!);
  expect(canaries.planted).toHaveLength(10);
  expect(canaries.foundIn(await places())).toEqual([]);
}, 300_000);

test('the search finds a secret, in clear and encoded', () => {
  canaries.plant('it', 'a secret of many characters');
  for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
    const content = `before ${Buffer.from('a secret of many characters, and more').toString(encoding)}`;
    expect(canaries.foundIn(new Map([['there', content]]))).toEqual(['it in there']);
  }
  expect(canaries.foundIn(new Map([['there', 'a secret of']]))).toEqual([]);
});
