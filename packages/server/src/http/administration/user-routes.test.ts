import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

const ACME = { 'x-tenant-id': 'acme' };
const PASSWORD = 'correct horse battery';

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
  await http.services.tenants.ensure('acme', '2025-01-01T00:00:00Z');
});
afterEach(() => http.close());

const create = (more = {}, headers: Record<string, string> = ACME) =>
  http.post('/api/v1/users', { login: 'jane@acme.example', password: PASSWORD, roles: ['admin'], ...more }, headers);
const logIn = (password = PASSWORD) =>
  http.app.inject({
    method: 'POST',
    url: '/api/v1/auth/token',
    payload: { grant_type: 'password', tenant: 'acme', login: 'jane@acme.example', password },
  });
const patch = (id: string, change: object, headers: Record<string, string> = ACME) =>
  http.request({ method: 'PATCH', url: `/api/v1/users/${id}`, headers, payload: change });

test('a user is made, seen, changed, disabled, and logs in meanwhile', async () => {
  const made = await create({ name: 'Jane' });
  expect(made.statusCode).toBe(201);
  const { id, ...shown } = made.json();
  expect(shown).toEqual({
    tenant: 'acme',
    login: 'jane@acme.example',
    name: 'Jane',
    subject: 'jane@acme.example',
    permissions: [],
    roles: ['admin'],
    has_password: true,
    created_at: expect.any(String),
    created_by: 'bootstrap',
    updated_at: expect.any(String),
  });
  const { access_token } = (await logIn()).json();
  const jane = { authorization: `Bearer ${access_token}` };
  expect((await http.get('/api/v1/users', jane)).json()).toMatchObject({ users: [{ id }], next: null });
  expect((await patch(id, { roles: ['auditor'] })).json()).toMatchObject({ roles: ['auditor'] });
  expect((await create({ login: 'joe' }, jane)).statusCode).toBe(403);
  expect((await http.get(`/api/v1/users/${id}`, jane)).json()).toMatchObject({ roles: ['auditor'] });
  expect((await patch(id, { disabled: true })).json()).toMatchObject({ disabled_at: expect.any(String) });
  expect((await http.get('/api/v1/users', jane)).json()).toMatchObject({ code: 'credential-revoked' });
  expect((await logIn()).statusCode).toBe(401);
});

test('a password is set by an administrator, and the sessions are over', async () => {
  const { id } = (await create()).json();
  const { access_token } = (await logIn()).json();
  const url = `/api/v1/users/${id}/password`;
  const set = await http.request({ method: 'PUT', url, headers: ACME, payload: { password: 'another good one' } });
  expect([set.statusCode, set.body]).toEqual([204, '']);
  expect((await http.get('/api/v1/users', { authorization: `Bearer ${access_token}` })).statusCode).toBe(401);
  expect([(await logIn()).statusCode, (await logIn('another good one')).statusCode]).toEqual([401, 200]);
});

test('the sessions of a user are ended at once', async () => {
  const { id } = (await create()).json();
  const { access_token } = (await logIn()).json();
  const jane = { authorization: `Bearer ${access_token}` };
  expect((await http.get('/api/v1/users', jane)).statusCode).toBe(200);
  expect(
    (await http.request({ method: 'DELETE', url: `/api/v1/users/${id}/sessions`, headers: ACME })).statusCode,
  ).toBe(204);
  expect((await http.get('/api/v1/users', jane)).json()).toMatchObject({ code: 'credential-revoked' });
});

test('no answer has the hash of a password', async () => {
  const { id, ...rest } = (await create()).json();
  expect(JSON.stringify(rest)).not.toContain('argon2');
  for (const url of ['/api/v1/users', `/api/v1/users/${id}`])
    expect((await http.get(url, ACME)).body).not.toContain('argon2');
});

test('an administrator of a tenant makes no user of the deployment, and none that can do more', async () => {
  await create();
  const jane = { authorization: `Bearer ${(await logIn()).json().access_token}` };
  expect((await create({ login: 'joe', roles: ['auditor'] }, jane)).statusCode).toBe(201);
  expect((await create({ login: 'jim', roles: ['system_admin'] }, jane)).json()).toMatchObject({
    code: 'delegation-refused',
  });
  expect((await http.post('/api/v1/users?deployment=true', { login: 'root' }, jane)).statusCode).toBe(403);
  expect((await http.post('/api/v1/users?deployment=true', { login: 'root' })).json()).toMatchObject({ tenant: null });
});

test.each([
  ['credential-input-invalid', { login: 'with space' }],
  ['credential-input-invalid', { login: '' }],
  ['credential-input-invalid', { password: 'x'.repeat(257) }],
  ['credential-input-invalid', { admin: true }],
  ['password-refused', { password: 'too short' }],
  ['login-taken', {}],
])('%s: %j', async (code, more) => {
  if (code === 'login-taken') await create();
  expect((await create(more)).json()).toMatchObject({ code });
});
