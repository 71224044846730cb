import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
  for (const tenant of ['acme', 'other']) await http.services.tenants.ensure(tenant, '2025-01-01T00:00:00Z');
});
afterEach(() => http.close());

const ACME = { 'x-tenant-id': 'acme' };
const create = (more = {}, headers: Record<string, string> = ACME, query = '') =>
  http.post(`/api/v1/keys${query}`, { name: 'shop', roles: ['audit_writer'], ...more }, headers);
const as = (key: string, headers = {}) => ({ authorization: `Bearer ${key}`, ...headers });

test('a key is made, used, listed, rotated and revoked', async () => {
  const made = await create();
  expect(made.statusCode).toBe(201);
  expect(made.headers['cache-control']).toBe('no-store');
  const { key, id, ...shown } = made.json();
  expect(key).toMatch(/^alk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
  expect(shown).toEqual({
    tenant: 'acme',
    name: 'shop',
    permissions: [],
    roles: ['audit_writer'],
    addresses: [],
    secrets: [{ created_at: expect.any(String) }],
    created_at: expect.any(String),
    created_by: 'bootstrap',
  });
  expect((await http.post('/api/v1/events', sampleEvent('a'), as(key))).statusCode).toBe(201);
  expect((await http.get('/api/v1/events', as(key))).statusCode).toBe(403);
  await http.services.credentials.uses.settled();
  const list = (await http.get('/api/v1/keys', ACME)).json();
  expect(list).toMatchObject({ keys: [{ id, last_used_at: expect.any(String) }], next: null });
  expect((await http.get(`/api/v1/keys/${id}`, ACME)).json()).toMatchObject({ id, last_used_at: expect.any(String) });
  const rotated = await http.post(`/api/v1/keys/${id}/rotate`, { overlap_seconds: 0 }, ACME);
  expect(rotated.statusCode).toBe(200);
  expect((await http.post('/api/v1/events', sampleEvent('b'), as(key))).json()).toMatchObject({ status: 401 });
  const next = rotated.json().key;
  expect((await http.post('/api/v1/events', sampleEvent('b'), as(next))).statusCode).toBe(201);
  const revoked = await http.request({ method: 'DELETE', url: `/api/v1/keys/${id}`, headers: ACME });
  expect(revoked.json()).toMatchObject({ id, revoked_by: 'bootstrap' });
  expect((await http.post('/api/v1/events', sampleEvent('c'), as(next))).json()).toMatchObject({
    code: 'credential-revoked',
  });
});

test('no answer and no line of the log has a hash, or a secret a second time', async () => {
  const { key, id } = (await create()).json();
  const answers = [await http.get('/api/v1/keys', ACME), await http.get(`/api/v1/keys/${id}`, ACME)];
  for (const { body } of answers) expect(body).not.toMatch(/hash|alk_/);
  await http.get('/api/v1/events', as(`${key}x`));
  await http.get('/api/v1/events', as(key));
  expect(http.logged.join('')).not.toContain(key.slice(20, 40));
});

describe('a key of a tenant', () => {
  test('sees and changes keys of its tenant only, and as much as its roles say', async () => {
    const admin = (await create({ roles: ['admin'] })).json().key;
    const auditor = (await create({ roles: ['auditor'] })).json().key;
    const { id } = (await create({}, { 'x-tenant-id': 'other' })).json();
    expect((await http.get('/api/v1/keys', as(admin))).json().keys).toHaveLength(2);
    expect((await http.get('/api/v1/keys', as(admin, { 'x-tenant-id': 'other' }))).statusCode).toBe(403);
    expect((await http.get(`/api/v1/keys/${id}`, as(admin))).json()).toMatchObject({ code: 'key-unknown' });
    expect((await http.get('/api/v1/keys', as(auditor))).statusCode).toBe(200);
    expect((await create({}, as(auditor))).statusCode).toBe(403);
    expect((await http.get('/api/v1/keys?deployment=true', as(admin))).statusCode).toBe(403);
    expect((await create({}, as(admin), '?deployment=true')).statusCode).toBe(403);
  });

  test('makes no key that can do more', async () => {
    const admin = (await create({ roles: ['admin'] })).json().key;
    expect((await create({ roles: ['audit_reader'] }, as(admin))).statusCode).toBe(201);
    for (const more of [
      { roles: ['system_admin'] },
      { roles: ['audit_admin'] },
      { permissions: ['system:manage'] },
      { roles: ['nothing'] },
    ]) {
      expect((await create({ roles: [], ...more }, as(admin))).json()).toMatchObject({ code: 'delegation-refused' });
    }
  });
});

test('a key of the deployment reaches every tenant', async () => {
  const { key, tenant } = (await create({ roles: ['audit_admin'] }, {}, '?deployment=true')).json();
  expect(tenant).toBeNull();
  expect((await http.get('/api/v1/events', as(key, { 'x-tenant-id': 'other' }))).statusCode).toBe(200);
  expect((await http.get('/api/v1/keys?deployment=true')).json().keys).toHaveLength(1);
  expect((await http.get('/api/v1/keys', ACME)).json().keys).toHaveLength(0);
});

test.each([
  [{ name: '' }],
  [{ name: 'two\nlines' }],
  [{ permissions: ['events:everything'] }],
  [{ addresses: ['10.0.0.1/8'] }],
  [{ expires_at: 'tomorrow' }],
  [{ roles: ['../x'] }],
  [{ secret: 'mine' }],
])('%j is refused, with the place', async (more) => {
  const answer = await create(more);
  expect(answer.json()).toMatchObject({
    code: 'credential-input-invalid',
    problems: [{ pointer: expect.any(String) }],
  });
});

test('a filter that cannot be understood is refused', async () => {
  expect((await create({ filter: '(((' })).json()).toMatchObject({ code: 'filter-invalid' });
});

test('what was done stands in the log of the tenant', async () => {
  const { id } = (await create()).json();
  await http.request({ method: 'DELETE', url: `/api/v1/keys/${id}`, headers: ACME });
  const { events } = (await http.get('/api/v1/events', ACME)).json();
  const actions = events.map(({ event }: { event: { action: string } }) => event.action);
  expect(actions.filter((action: string) => action.startsWith('key.')).sort()).toEqual(['key.create', 'key.revoke']);
});
