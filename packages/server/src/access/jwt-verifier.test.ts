import { createHmac, createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ADDRESS,
  administrator,
  type CredentialNode,
  rsaKey,
  startCredentials,
} from '../../testing/credential-node.js';
import { COOL_DOWN_MS } from './issuer-keys.js';
import { readIssuers } from './issuers.js';

const URL = 'https://login.example.com/keys';
const ISSUER = 'https://login.example.com/';

const rsa = rsaKey();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;
const stranger = rsaKey();

let node: CredentialNode;
let published: { kid: string; key: KeyObject }[];
let down: boolean;
let asked: string[];
let nowS: number;

beforeAll(() => {
  expect(stranger.equals(rsa)).toBe(false);
});

beforeEach(async () => {
  published = [
    { kid: 'r1', key: rsa },
    { kid: 'e1', key: ec },
    { kid: 'd1', key: ed },
  ];
  down = false;
  asked = [];
  await start({});
});
afterEach(() => node.stop());

async function start(change: Record<string, unknown>): Promise<void> {
  const issuer = { name: 'corp', issuer: ISSUER, audience: ['attestlog'], jwks_url: URL, tenants: 'any', ...change };
  const read = readIssuers(JSON.stringify({ issuers: [issuer] }));
  if (!read.ok) throw new Error(read.problems.join());
  await node?.stop();
  node = await startCredentials({
    parts: {
      issuers: read.issuers,
      fetch: async (url) => {
        asked.push(url);
        if (down) throw new Error('connection refused');
        return Response.json({ keys: published.map(({ kid, key }) => ({ ...publicJwk(key), kid })) });
      },
    },
  });
  nowS = Number(node.clock.nowNs() / 1_000_000_000n);
}

function publicJwk(key: KeyObject): Record<string, unknown> {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = key.export({ format: 'jwk' });
  return jwk;
}

const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: ISSUER,
  aud: 'attestlog',
  sub: 'jane',
  tenant_id: 'acme',
  roles: ['audit_reader', 'audit_writer'],
  permissions: ['read:audit'],
  iat: nowS,
  exp: nowS + 600,
  ...more,
});
const token = (more: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}, key: KeyObject = rsa) =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: 'RS256', kid: 'r1', ...header }).sign(key);
/** A token whose parts are what they are given as, signed as well as the key can. */
const rawToken = (header: string, payload: string, key = rsa) => {
  const signed = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${signed}.${createSign('sha256').update(signed).sign(key).toString('base64url')}`;
};
const authenticate = async (text: string) => node.credentials.authenticator.authenticate(text, ADDRESS);
const codeOf = (text: string | Promise<string>) =>
  Promise.resolve(text)
    .then(authenticate)
    .then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    );

describe('a token of an issuer', () => {
  test('speaks for its subject, with the claims of its tenant, roles and permissions', async () => {
    expect(await authenticate(await token())).toMatchObject({
      kind: 'external',
      id: 'external:corp:jane',
      subject: 'jane',
      tenant: 'acme',
      roles: ['audit_reader', 'audit_writer'],
      permissions: ['read:audit'],
      credential: { expiresAtMs: (nowS + 630) * 1000 },
    });
  });

  test.each([
    ['RS256', 'r1', rsa],
    ['ES256', 'e1', ec],
    ['EdDSA', 'd1', ed],
  ] as const)('may be signed by %s', async (alg, kid, key) => {
    expect(await codeOf(token({}, { alg, kid }, key))).toBe('ok');
  });

  test('may name its claims otherwise, also within other claims, and as words with spaces between', async () => {
    await start({
      claims: {
        tenant: 'https://acme.example/tenant',
        roles: '/realm_access/roles',
        permissions: 'scope',
        subject: 'oid',
      },
      role_names: { Admin: 'admin', 'Event Writer': 'audit_writer' },
    });
    const text = await token({
      tenant_id: undefined,
      'https://acme.example/tenant': 'acme',
      realm_access: { roles: ['Admin', 'Event Writer', 'Auditor', 7] },
      scope: 'read:audit write:audit',
      oid: 'o-1',
    });
    expect(await authenticate(text)).toMatchObject({
      subject: 'o-1',
      tenant: 'acme',
      roles: ['admin', 'audit_writer', 'auditor'],
      permissions: ['read:audit', 'write:audit'],
    });
  });

  test('may be a little late or early, by the configured skew', async () => {
    expect(await codeOf(token({ exp: nowS - 29 }))).toBe('ok');
    expect(await codeOf(token({ nbf: nowS + 30 }))).toBe('ok');
  });
});

describe('is refused:', () => {
  test('an unsigned token', async () => {
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    const payload = Buffer.from(JSON.stringify(claims())).toString('base64url');
    for (const end of ['', '.', '.AA']) expect(await codeOf(`${header}.${payload}${end}`)).toBe('credential-invalid');
  });

  test('a token whose key is our issuer’s public key, used as a shared secret', async () => {
    const pem = rsa.export({ type: 'pkcs8', format: 'pem' });
    const publicPem = publicJwk(rsa);
    for (const secret of [JSON.stringify(publicPem), String(publicPem.n), pem]) {
      for (const alg of ['HS256', 'HS384', 'HS512']) {
        const header = Buffer.from(JSON.stringify({ alg, kid: 'r1' })).toString('base64url');
        const signed = `${header}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}`;
        const mac = createHmac(`sha${alg.slice(2)}`, secret)
          .update(signed)
          .digest('base64url');
        expect(await codeOf(`${signed}.${mac}`)).toBe('credential-invalid');
      }
    }
  });

  test.each([
    ['an algorithm that the key is not for', { alg: 'ES256', kid: 'r1' }, ec],
    ['a key of somebody else under a known name', { kid: 'r1' }, stranger],
    ['an algorithm that is none of the three', { alg: 'PS256' }, rsa],
    ['an older hash', { alg: 'RS512' }, rsa],
    ['an extension that must be understood', { crit: ['exp'], exp: 1 } as never, rsa],
    ['another type of token', { typ: 'logout+jwt' }, rsa],
    ['a type that is no text', { typ: 7 as never }, rsa],
  ] as const)('%s', async (_case, header, key) => {
    const made = await token({}, header, key).catch(() => {
      // The library does not make such a token: made by hand.
      return rawToken(JSON.stringify({ alg: 'RS256', kid: 'r1', ...header }), JSON.stringify(claims()));
    });
    expect(await codeOf(made)).toBe('credential-invalid');
  });

  test.each([
    ['that has ended', { exp: -31 }, 'credential-expired'],
    ['that begins later', { nbf: 31 }, 'credential-invalid'],
  ])('one %s', async (_case, offsets, code) => {
    const times = Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, nowS + offset]));
    expect(await codeOf(token(times))).toBe(code);
  });

  test.each([
    ['without an end', { exp: undefined }],
    ['whose end is no number', { exp: '9999999999' as never }],
    ['of another issuer', { iss: 'https://evil.example/' }],
    ['of an issuer with another ending', { iss: ISSUER.slice(0, -1) }],
    ['whose issuer is a list', { iss: [ISSUER] as never }],
    ['without an issuer', { iss: undefined }],
    ['for somebody else', { aud: 'other' }],
    ['for somebody else among others', { aud: ['other', 'another'] }],
    ['for nobody', { aud: undefined }],
    ['without a subject', { sub: undefined }],
    ['with an empty subject', { sub: '' }],
    ['with a subject of two lines', { sub: 'jane\nroot' }],
    ['with a very long subject', { sub: 'x'.repeat(256) }],
    ['without a tenant', { tenant_id: undefined }],
    ['with a tenant that is a list', { tenant_id: ['acme', 'other'] }],
    ['with a tenant that is a path', { tenant_id: '../other' }],
    ['with a tenant that is a part of a key', { tenant_id: 'acme.admin' }],
  ])('one %s', async (_case, more) => {
    expect(await codeOf(token(more as JWTPayload))).toBe('credential-invalid');
  });

  test('one that has ended and is not even real: only that it is not real is told', async () => {
    expect(await codeOf(token({ exp: nowS - 999 }, {}, stranger))).toBe('credential-invalid');
  });

  test('one with a claim twice, although it is signed', async () => {
    const payload = JSON.stringify(claims());
    expect(await codeOf(rawToken('{"alg":"RS256","kid":"r1"}', payload))).toBe('ok');
    for (const twice of [
      payload.replace('"tenant_id":"acme"', '"tenant_id":"acme","tenant_id":"other"'),
      payload.replace('"sub":"jane"', '"sub":"jane","s\\u0075b":"root"'),
      payload.replace('{', '{"exp":9999999999,'),
    ]) {
      expect(twice).not.toBe(payload);
      expect(await codeOf(rawToken('{"alg":"RS256","kid":"r1"}', twice))).toBe('credential-invalid');
    }
    expect(await codeOf(rawToken('{"alg":"HS256","alg":"RS256","kid":"r1"}', payload))).toBe('credential-invalid');
  });

  test('a huge one, before anything of it is read', async () => {
    expect(await codeOf(token({ padding: 'x'.repeat(8192) }))).toBe('credential-invalid');
    expect(asked).toEqual([]);
  });

  test.each([
    '../../../../etc/passwd',
    "r1' OR '1'='1",
    'r1\u0000',
    'https://evil.example/keys',
    '__proto__',
    '',
    'token-key.x',
  ])('one whose key is called %j, and nothing is looked up by that name', async (kid) => {
    await codeOf(token());
    expect(await codeOf(rawToken(JSON.stringify({ alg: 'RS256', kid }), JSON.stringify(claims()), stranger))).toBe(
      'credential-invalid',
    );
    expect(new Set(asked)).toEqual(new Set([URL]));
  });

  test('one that brings its own key, or says where it is: that is not looked at', async () => {
    const own = publicJwk(stranger);
    for (const header of [
      { jwk: own },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example/chain' },
      { x5c: ['MIIB'] },
      { jwk: own, kid: undefined },
    ]) {
      const made = rawToken(JSON.stringify({ alg: 'RS256', kid: 'r1', ...header }), JSON.stringify(claims()), stranger);
      expect(await codeOf(made)).toBe('credential-invalid');
    }
    // And does not harm where the token is good.
    const good = rawToken(
      JSON.stringify({ alg: 'RS256', kid: 'r1', jwk: own, jku: 'https://evil.example/' }),
      JSON.stringify(claims()),
    );
    expect(await codeOf(good)).toBe('ok');
    expect(new Set(asked)).toEqual(new Set([URL]));
  });
});

describe('the bounds of an issuer', () => {
  test('are its tenants', async () => {
    await start({ tenants: ['acme'] });
    expect(await codeOf(token())).toBe('ok');
    expect(await codeOf(token({ tenant_id: 'other' }))).toBe('credential-invalid');
  });

  test('are its roles: one that is bound to tenants gives none that reach over them', async () => {
    const roles = { roles: ['audit_admin', 'system_admin', 'auditor', 'own-role'] };
    const rolesOf = async () => (await authenticate(await token(roles))).roles;
    expect(await rolesOf()).toEqual(roles.roles);
    await start({ tenants: ['acme'] });
    expect(await rolesOf()).toEqual(['auditor']);
    await start({ tenants: ['acme'], allow_roles: ['audit_admin', 'own-role'] });
    expect(await rolesOf()).toEqual(['audit_admin', 'own-role']);
  });

  test('hold for what a role is called elsewhere too', async () => {
    await start({ tenants: ['acme'], role_names: { Chief: 'system_admin' } });
    const principal = await authenticate(await token({ roles: ['Chief', 'SYSTEM_ADMIN', 'constructor', 'User'] }));
    expect(principal.roles).toEqual(['user']);
  });
});

describe('the keys of an issuer', () => {
  test('that rotates are found, and a key that it has taken back ends the tokens that are remembered', async () => {
    const old = await token();
    expect(await codeOf(old)).toBe('ok');
    published = [{ kid: 'r2', key: stranger }];
    node.clock.advance(COOL_DOWN_MS);
    expect(await codeOf(token({}, { kid: 'r2' }, stranger))).toBe('ok');
    expect(await codeOf(old)).toBe('credential-invalid');
  });

  test('that cannot be fetched at all: it is said, and nobody is blamed for it', async () => {
    down = true;
    for (let i = 0; i < 100; i++) expect(await codeOf(token({ jti: String(i) }))).toBe('issuer-unavailable');
    expect(asked).toHaveLength(1);
    expect(node.audit.acts).toEqual([]);
    expect(node.troubles).toEqual(['issuer corp: connection refused']);
  });

  test('that stand in the file need no network', async () => {
    await start({ jwks_url: undefined, keys: [{ ...publicJwk(ed), kid: 'd1' }] });
    expect(await codeOf(token({}, { alg: 'EdDSA', kid: 'd1' }, ed))).toBe('ok');
    expect(asked).toEqual([]);
  });
});

describe('revoking', () => {
  const caller = { address: ADDRESS, requestId: 'r' };

  test('one token ends that one, also in another form of its signature', async () => {
    const text = await token({}, { alg: 'ES256', kid: 'e1' }, ec);
    const other = await token({ jti: 'other' }, { alg: 'ES256', kid: 'e1' }, ec);
    await authenticate(text);
    await node.credentials.ends.byToken(text, caller);
    expect(await codeOf(text)).toBe('credential-revoked');
    const signed = text.slice(0, text.lastIndexOf('.'));
    const again = sign('sha256', Buffer.from(signed), { key: ec, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    expect(await codeOf(`${signed}.${again}`)).toBe('credential-revoked');
    expect(await codeOf(other)).toBe('ok');
  });

  test('a principal ends the tokens until then, of that tenant only', async () => {
    const [before, foreign] = [await token(), await token({ tenant_id: 'other' })];
    await authenticate(before);
    await node.credentials.ends.ofPrincipal('acme', 'external:corp:jane', administrator());
    expect(await codeOf(before)).toBe('credential-revoked');
    expect(await codeOf(foreign)).toBe('ok');
    expect(await codeOf(token({ jti: 'same second' }))).toBe('credential-revoked');
    expect(await codeOf(token({ iat: nowS + 1 }))).toBe('ok');
    expect(await codeOf(token({ iat: undefined as never }))).toBe('credential-revoked');
  });
});
