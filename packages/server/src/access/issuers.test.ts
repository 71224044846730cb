import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIssuers } from './issuers.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = publicKey.export({ format: 'jwk' });
const LEAST = {
  name: 'corporate',
  issuer: 'https://login.example.com/',
  audience: ['attestlog'],
  jwks_url: 'https://login.example.com/keys',
  tenants: 'any',
};
const read = (...issuers: unknown[]) => readIssuers(JSON.stringify({ issuers }));
const problemsOf = (issuer: Record<string, unknown>) => {
  const result = read({ ...LEAST, ...issuer });
  return result.ok ? [] : result.problems;
};

test('an issuer needs a name, its issuer, an audience, keys and its tenants; the rest has defaults', () => {
  expect(read(LEAST)).toEqual({
    ok: true,
    issuers: [
      {
        ...LEAST,
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        clock_skew_seconds: 30,
        claims: { subject: 'sub', tenant: 'tenant_id', roles: 'roles', permissions: 'permissions' },
        role_names: {},
      },
    ],
  });
  for (const name of Object.keys(LEAST)) expect(problemsOf({ [name]: undefined })).not.toEqual([]);
});

test('keys can stand in the file, as JWK or as PEM', () => {
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const result = read({ ...LEAST, jwks_url: undefined, keys: [jwk, { pem, kid: 'k2' }] });
  expect(result).toMatchObject({ ok: true, issuers: [{ keys: [jwk, { ...jwk, kid: 'k2' }] }] });
});

describe('is refused', () => {
  test.each([
    ['an algorithm with a shared secret', { algorithms: ['HS256'] }],
    ['none', { algorithms: ['none'] }],
    ['a private key as JWK', { jwks_url: undefined, keys: [privateKey.export({ format: 'jwk' })] }],
    [
      'a private key as PEM',
      { jwks_url: undefined, keys: [{ pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) }] },
    ],
    ['a symmetric key', { jwks_url: undefined, keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }],
    ['both ways to its keys', { keys: [jwk] }],
    ['no way to its keys', { jwks_url: undefined }],
    ['keys over a connection that anybody can change', { jwks_url: 'http://login.example.com/keys' }],
    ['keys from a file', { jwks_url: 'file:///etc/passwd' }],
    ['a skew of more than five minutes', { clock_skew_seconds: 301 }],
    ['no audience', { audience: [] }],
    ['something that is no tenant', { tenants: ['../x'] }],
    ['a name that would not stay readable in an id', { name: 'a:b' }],
    ['an unknown setting', { audiance: ['x'] }],
  ])('%s', (_case, change) => {
    expect(problemsOf(change)).not.toEqual([]);
  });

  test('two issuers with one name, or one "issuer"', () => {
    expect(read(LEAST, { ...LEAST, issuer: 'https://other/' })).toMatchObject({ ok: false });
    expect(read(LEAST, { ...LEAST, name: 'other' })).toMatchObject({ ok: false });
    expect(read(LEAST, { ...LEAST, name: 'other', issuer: 'https://other/' })).toMatchObject({ ok: true });
  });

  test('a file that is no JSON, or has a name twice', () => {
    for (const text of ['', '{', '[]', '{"issuers":[],"issuers":[]}', 'null']) expect(readIssuers(text).ok).toBe(false);
  });
});

test('keys of this machine may come without TLS', () => {
  expect(problemsOf({ jwks_url: 'http://127.0.0.1:8080/keys' })).toEqual([]);
});

test('whatever the file has, it is read or refused with a reason', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const result = readIssuers(text);
      expect(result.ok || result.problems.length > 0).toBe(true);
    }),
  );
});
