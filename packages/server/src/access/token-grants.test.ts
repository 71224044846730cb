import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { administrator, CALLER, type CredentialNode, settle, startCredentials } from '../../testing/credential-node.js';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { PAIR_SLOWING } from './login-guard.js';
import { PasswordHasher } from './password.js';
import { RETRY_WINDOW_MS } from './sessions.js';
import { newUserSchema } from './user-input.js';

const PASSWORD = 'correct horse battery';

let node: CredentialNode;
let userId: string;

beforeEach(async () => {
  node = await startCredentials();
  await node.tenants.ensure('acme', '2025-01-01T00:00:00Z');
  const user = newUserSchema.parse({ login: 'jane', password: PASSWORD, roles: ['auditor'], subject: 'jane.doe' });
  userId = (await node.credentials.users.create('acme', user, administrator())).id;
  node.audit.acts.length = 0;
});
afterEach(() => node.stop());

const logIn = (password = PASSWORD, login = 'jane', tenant: string | undefined = 'acme') =>
  node.credentials.grants.grant({ grant_type: 'password', tenant, login, password }, CALLER);
const refresh = (refresh_token: string) =>
  node.credentials.grants.grant({ grant_type: 'refresh_token', refresh_token }, CALLER);
const authenticate = async (token: string) => node.credentials.authenticator.authenticate(token, CALLER.address);
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'ok',
    (error: { code?: string }) => error.code,
  );

describe('a log-in', () => {
  test('gives an access token for fifteen minutes and a refresh token, and goes on record', async () => {
    const tokens = await logIn();
    expect(tokens).toEqual({
      access_token: expect.stringMatching(/^eyJ/),
      token_type: 'Bearer',
      expires_in: expect.toSatisfy((seconds: number) => seconds > 898 && seconds <= 900),
      refresh_token: expect.stringMatching(/^alr_/),
      refresh_expires_in: 30 * 86_400,
    });
    const principal = await authenticate(tokens.access_token);
    expect(principal).toMatchObject({
      kind: 'user',
      id: `user:${userId}`,
      subject: 'jane.doe',
      tenant: 'acme',
      roles: ['auditor'],
    });
    expect(node.audit.acts).toMatchObject([
      {
        tenant: 'acme',
        action: 'session.create',
        outcome: 'success',
        principal: { id: `user:${userId}` },
        address: CALLER.address,
      },
    ]);
  });

  test('is not answered when it cannot be recorded', async () => {
    node.audit.failing = true;
    expect(await codeOf(logIn())).not.toBe('ok');
  });

  test('that is refused says nothing of why, and goes on record without the password or an unknown name', async () => {
    for (const attempt of [['wrong password'], [PASSWORD, 'my-secret-typed-here'], [PASSWORD, 'jane', 'nowhere']]) {
      const error = await logIn(...attempt).catch((refused: { toDocument(): object }) => refused.toDocument());
      expect(error).toMatchObject({ code: 'login-failed' });
      expect(error).not.toHaveProperty('detail');
      await settle();
    }
    expect(node.audit.acts).toMatchObject([
      { tenant: 'acme', action: 'login.refuse', targets: [{ type: 'user', id: userId }] },
      { tenant: 'acme', action: 'login.refuse' },
      { tenant: 'system', action: 'login.refuse' },
    ]);
    expect(JSON.stringify(node.audit.acts)).not.toMatch(/my-secret|wrong password|correct horse/);
  });

  test('does the same work for an unknown name, a wrong password and a disabled user', async () => {
    const work: string[][] = [[], [], []];
    let current = 0;
    const hashing = vi.spyOn(PasswordHasher.prototype, 'matches');
    const faults = new Faults((operation) => {
      if (operation !== 'registry.put') work[current]!.push(operation);
      return undefined;
    });
    const registry = withRegistryFaults(openMemoryRegistry(node.world.registry), faults);
    const watched = await startCredentials({ world: node.world, clock: node.clock, registry });
    const attempt = async (login: string, password: string, place: number) => {
      await watched.credentials.guard.settled();
      work[place] = [];
      current = place;
      const grant = { grant_type: 'password', tenant: 'acme', login, password } as const;
      const answer = await codeOf(watched.credentials.grants.grant(grant, CALLER));
      // What is counted in the background begins after the answer is decided.
      work[place] = [...work[place]!].slice(0, 3);
      return answer;
    };
    expect(await attempt('jane', 'wrong password', 0)).toBe('login-failed');
    expect(await attempt('nobody', 'wrong password', 1)).toBe('login-failed');
    await node.credentials.users.update('acme', userId, { disabled: true }, administrator());
    expect(await attempt('jane', PASSWORD, 2)).toBe('login-failed');
    expect(work).toEqual(new Array(3).fill(['registry.get', 'registry.get', 'registry.get']));
    expect(hashing).toHaveBeenCalledTimes(3);
    hashing.mockRestore();
    await watched.stop();
  });

  test('that fails often is slowed, and that goes on record too', async () => {
    for (let i = 0; i <= PAIR_SLOWING.freeFailures; i++) await codeOf(logIn('wrong password'));
    expect(await codeOf(logIn())).toBe('too-many-attempts');
    await settle();
    expect(node.audit.acts.at(-1)).toMatchObject({ action: 'login.refuse', reason: 'too-many-attempts' });
    node.clock.advance(1000);
    expect(await codeOf(logIn())).toBe('ok');
  });
});

describe('refreshing', () => {
  test('gives new tokens of the same session', async () => {
    const first = await logIn();
    const second = await refresh(first.refresh_token);
    const [one, other] = [await authenticate(first.access_token), await authenticate(second.access_token)];
    expect(other.credential.family).toBe(one.credential.family);
    expect(other.credential.id).not.toBe(one.credential.id);
    expect(node.audit.actions).toEqual(['session.create']);
  });

  test('with a token that was used before ends the session, access tokens included, and goes on record', async () => {
    const first = await logIn();
    const second = await refresh(first.refresh_token);
    await authenticate(second.access_token);
    node.clock.advance(RETRY_WINDOW_MS);
    expect(await codeOf(refresh(first.refresh_token))).toBe('refresh-token-reused');
    expect(await codeOf(authenticate(second.access_token))).toBe('credential-revoked');
    expect(await codeOf(refresh(second.refresh_token))).toBe('credential-revoked');
    await settle();
    expect(node.audit.actions).toContain('session.reuse');
    expect(JSON.stringify(node.audit.acts)).not.toContain(first.refresh_token.slice(-20));
  });

  test('with what is no token is slowed as other guessing is', async () => {
    let code: string | undefined;
    for (let i = 0; i < 60; i++) code = await codeOf(refresh(`alr_${String(i).padStart(16, '0')}_${'x'.repeat(65)}`));
    expect(code).toBe('too-many-attempts');
  });
});

describe('logging out', () => {
  test.each(['access_token', 'refresh_token'] as const)('with the %s ends the session at once', async (which) => {
    const tokens = await logIn();
    await authenticate(tokens.access_token);
    await node.credentials.ends.byToken(tokens[which], CALLER);
    expect(await codeOf(authenticate(tokens.access_token))).toBe('credential-revoked');
    expect(await codeOf(refresh(tokens.refresh_token))).toBe('credential-revoked');
    expect(node.audit.acts.find(({ action }) => action === 'session.end')).toMatchObject({ tenant: 'acme' });
  });

  test('leaves the other sessions of the user', async () => {
    const [one, other] = [await logIn(), await logIn()];
    await node.credentials.ends.byToken(one.access_token, CALLER);
    expect(await codeOf(authenticate(other.access_token))).toBe('ok');
  });

  test('with a token that has ended says so, since its session may go on; revoking it does not', async () => {
    const { access_token } = await logIn();
    node.clock.advance(16 * 60_000);
    expect(await codeOf(node.credentials.ends.byToken(access_token, CALLER))).toBe('credential-expired');
    expect(await codeOf(node.credentials.ends.byTokenIfGood(access_token, CALLER))).toBe('ok');
    expect(await codeOf(node.credentials.ends.byTokenIfGood('nothing', CALLER))).toBe('ok');
  });

  test('is not what ends a key', async () => {
    for (const ends of ['byToken', 'byTokenIfGood'] as const) {
      expect(await codeOf(node.credentials.ends[ends]('bootstrap-key-of-the-tests', CALLER))).toBe(
        'token-not-revocable',
      );
    }
  });
});

test('a user of the deployment logs in without a tenant', async () => {
  const user = newUserSchema.parse({ login: 'root', password: PASSWORD });
  const operator = { ...administrator().principal, tenant: undefined };
  await node.credentials.users.create(undefined, user, administrator({ principal: operator }));
  const tokens = await node.credentials.grants.grant(
    { grant_type: 'password', login: 'root', password: PASSWORD },
    CALLER,
  );
  expect((await authenticate(tokens.access_token)).tenant).toBeUndefined();
  expect(await codeOf(logIn(PASSWORD, 'root', 'acme'))).toBe('login-failed');
});
