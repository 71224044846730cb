import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

const ACME = { 'x-tenant-id': 'acme' };
const PASSWORD = 'correct horse battery';

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
  await http.services.tenants.ensure('acme', '2025-01-01T00:00:00Z');
  await http.post('/api/v1/users', { login: 'jane', password: PASSWORD, roles: ['auditor'] }, ACME);
});
afterEach(() => http.close());

/** Without any credential. */
const open = (name: string, payload: object, headers = {}) =>
  http.app.inject({ method: 'POST', url: `/api/v1/auth/${name}`, payload, headers });
const logIn = async () =>
  (await open('token', { grant_type: 'password', tenant: 'acme', login: 'jane', password: PASSWORD })).json();
const as = (token: string) => ({ authorization: `Bearer ${token}` });
const works = async (token: string) => (await http.get('/api/v1/log', as(token))).statusCode;

describe('POST /api/v1/auth/token', () => {
  test('gives tokens that nobody may keep', async () => {
    const answer = await open('token', { grant_type: 'password', tenant: 'acme', login: 'jane', password: PASSWORD });
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(await works(answer.json().access_token)).toBe(200);
  });

  test('works out what the user may do before the first request asks for it', async () => {
    const missesOf = async () =>
      /^attestlog_permission_cache\w*\{[^}]*result="miss"[^}]*\} (\d+)/m.exec((await http.get('/metrics')).body)?.[1];
    const { access_token } = await logIn();
    const before = await missesOf();
    expect(await works(access_token)).toBe(200);
    expect(before).toBeDefined();
    expect(await missesOf()).toBe(before);
  });

  test('takes an API key, and a refresh token', async () => {
    const { key } = (await http.post('/api/v1/keys', { name: 'x', roles: ['audit_reader'] }, ACME)).json();
    const first = (await open('token', { grant_type: 'api_key', api_key: key })).json();
    expect(await works(first.access_token)).toBe(200);
    const second = (await open('token', { grant_type: 'refresh_token', refresh_token: first.refresh_token })).json();
    expect(await works(second.access_token)).toBe(200);
  });

  test.each([
    [{}, 422],
    [{ grant_type: 'magic' }, 422],
    [{ grant_type: 'password', login: 'jane' }, 422],
    [{ grant_type: 'password', tenant: '../x', login: 'jane', password: 'x' }, 422],
    [{ grant_type: 'password', tenant: 'acme', login: 'jane', password: 'wrong' }, 401],
    [{ grant_type: 'api_key', api_key: 'wrong' }, 401],
    [{ grant_type: 'refresh_token', refresh_token: 'wrong' }, 401],
  ])('answers %j with %d, and never with what was sent', async (body, status) => {
    const answer = await open('token', body);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain('wrong');
  });

  test.each([
    '{"grant_type":"password","password":"canary"',
    '"canary"',
    '{"login":"canary","login":"canary"}',
    '{"grant_type":"canary"}',
    'canary',
  ])('repeats nothing of what it cannot read: %s', async (payload) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await http.app.inject({ method: 'POST', url: '/api/v1/auth/token', payload, headers });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain('canary');
  });

  test('reads no more than a small body', async () => {
    expect((await open('token', { grant_type: 'api_key', api_key: 'x'.repeat(17_000) })).statusCode).toBe(413);
  });
});

describe('POST /api/v1/auth/logout', () => {
  test('ends the session of the access token, or of the refresh token', async () => {
    const [one, other] = [await logIn(), await logIn()];
    expect((await open('logout', {}, as(one.access_token))).statusCode).toBe(204);
    expect((await open('logout', { refresh_token: other.refresh_token })).statusCode).toBe(204);
    for (const { access_token, refresh_token } of [one, other]) {
      expect(await works(access_token)).toBe(401);
      expect((await open('token', { grant_type: 'refresh_token', refresh_token })).json()).toMatchObject({
        code: 'credential-revoked',
      });
    }
  });

  test('needs no body', async () => {
    const { access_token } = await logIn();
    const answer = await http.app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers: as(access_token) });
    expect([answer.statusCode, await works(access_token)]).toEqual([204, 401]);
  });

  test('without either says what is missing', async () => {
    expect((await open('logout', {})).json()).toMatchObject({ code: 'credential-missing' });
  });
});

test('POST /api/v1/auth/revoke ends what a token gives, and does not tell whether there was anything', async () => {
  const { access_token } = await logIn();
  for (const token of [access_token, access_token, 'nothing', 'a.b.c']) {
    const answer = await open('revoke', { token });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
  }
  expect(await works(access_token)).toBe(401);
});

test('POST /api/v1/auth/password changes one’s own password', async () => {
  const { access_token } = await logIn();
  const change = (password: string, new_password: string) =>
    open('password', { tenant: 'acme', login: 'jane', password, new_password });
  expect((await change('wrong', 'another good one')).statusCode).toBe(401);
  expect((await change(PASSWORD, 'short')).json()).toMatchObject({ code: 'password-refused' });
  expect((await change(PASSWORD, 'another good one')).statusCode).toBe(204);
  expect(await works(access_token)).toBe(401);
});

test('POST /api/v1/auth/revocations is for who may end sessions, and about principals of other issuers', async () => {
  const revoke = (principal: string, headers = {}) =>
    http.post('/api/v1/auth/revocations', { principal }, { ...ACME, ...headers });
  expect((await revoke('external:corp:jane')).statusCode).toBe(204);
  expect((await revoke('user:x')).statusCode).toBe(422);
  const { access_token } = await logIn();
  expect((await revoke('external:corp:jane', as(access_token))).statusCode).toBe(403);
});

describe('the keys that sign', () => {
  const jwks = async () =>
    (await http.app.inject('/.well-known/jwks.json')).json() as { keys: (JsonWebKey & { kid: string })[] };

  test('are shown to everybody, so that anybody can verify a token', async () => {
    const { access_token } = await logIn();
    const answer = await http.app.inject('/.well-known/jwks.json');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/jwk-set+json; charset=utf-8',
      'cache-control': 'public, max-age=300',
    });
    const { keys } = await jwks();
    const { kid } = decodeProtectedHeader(access_token);
    const key = createPublicKey({ key: keys.find((one) => one.kid === kid)!, format: 'jwk' });
    const { payload, protectedHeader } = await jwtVerify(access_token, key, { issuer: 'attestlog.local' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(payload).toMatchObject({ tenant_id: 'acme', roles: ['auditor'], aud: 'attestlog.local' });
  });

  test('rotate without logging anybody out, and can be ended', async () => {
    const { access_token } = await logIn();
    const url = '/api/v1/auth/signing-keys';
    const { kid } = (await http.request({ method: 'POST', url })).json();
    expect((await jwks()).keys.map((key) => key.kid)).toContain(kid);
    expect(await works(access_token)).toBe(200);
    const { keys } = (await http.get(url)).json();
    expect(keys).toHaveLength(2);
    expect(JSON.stringify(keys)).not.toMatch(/wrapped|"d"/);
    const used = decodeProtectedHeader(access_token).kid;
    expect((await http.request({ method: 'DELETE', url: `${url}/${used}` })).statusCode).toBe(204);
    expect(await works(access_token)).toBe(401);
    expect((await http.request({ method: 'DELETE', url: `${url}/${used}` })).statusCode).toBe(404);
  });

  test('are not for who is of a tenant', async () => {
    const { access_token } = await logIn();
    for (const method of ['GET', 'POST'] as const) {
      const answer = await http.request({ method, url: '/api/v1/auth/signing-keys', headers: as(access_token) });
      expect(answer.statusCode).toBe(403);
    }
  });
});

test('no secret that was sent or given stands in a line of the log, in the metrics or in the events', async () => {
  const { access_token, refresh_token } = await logIn();
  await open('token', { grant_type: 'password', tenant: 'acme', login: 'jane', password: 'canary-of-a-password' });
  await open('token', { grant_type: 'refresh_token', refresh_token });
  await open('logout', { refresh_token: `${refresh_token}x` });
  await works(`${access_token}x`);
  const metrics = (await http.app.inject('/metrics')).body;
  const events =
    (await http.get('/api/v1/events?limit=1000', ACME)).body +
    (await http.get('/api/v1/events?limit=1000', { 'x-tenant-id': 'system' })).body;
  const kept = JSON.stringify([...http.world.registry.documents]);
  for (const text of [http.logged.join(''), metrics, events, kept]) {
    for (const secret of ['canary', PASSWORD, access_token.slice(-40), refresh_token.slice(-40)]) {
      expect(text).not.toContain(secret);
    }
  }
});
