import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administrator, CALLER, type CredentialNode, startCredentials } from '../../testing/credential-node.js';
import { samplePrincipal } from '../../testing/principals.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { PasswordHasher } from './password.js';
import { type NewUser, newUserSchema } from './user-input.js';

const PASSWORD = 'correct horse battery';

let node: CredentialNode;

beforeEach(async () => {
  node = await startCredentials();
});
afterEach(() => node.stop());

const input = (more: Partial<NewUser> = {}): NewUser => ({
  ...newUserSchema.parse({ login: 'jane@acme.example', password: PASSWORD }),
  ...more,
});
const create = (more: Partial<NewUser> = {}, by = administrator(), tenant: string | undefined = 'acme') =>
  node.credentials.users.create(tenant, input(more), by);
const logIn = (password = PASSWORD, login = 'jane@acme.example', tenant = 'acme', from = node) =>
  from.credentials.grants.grant({ grant_type: 'password', tenant, login, password }, CALLER);
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'ok',
    (error: { code?: string }) => error.code,
  );
const authenticate = async (token: string) => node.credentials.authenticator.authenticate(token, CALLER.address);

describe('a new user', () => {
  test('can log in, whatever the case of the name', async () => {
    await create();
    expect(await codeOf(logIn())).toBe('ok');
    expect(await codeOf(logIn(PASSWORD, 'JANE@acme.EXAMPLE'))).toBe('ok');
    expect(await codeOf(logIn('wrong horse battery'))).toBe('login-failed');
    expect(await codeOf(logIn(PASSWORD, 'jane@acme.example', 'other'))).toBe('login-failed');
  });

  test('lies in the registry without the password, also not in a name of a document', async () => {
    await create();
    const kept = JSON.stringify([...node.world.registry.documents]);
    expect(kept).not.toContain(PASSWORD);
    expect(kept).toContain('$argon2id$');
    expect([...node.world.registry.documents.keys()].join()).not.toContain('jane');
    expect(JSON.stringify(node.audit.acts)).not.toContain(PASSWORD);
  });

  test('has a name that nobody else in the tenant has', async () => {
    const first = await create();
    expect(await codeOf(create({ login: 'Jane@Acme.example' }))).toBe('login-taken');
    expect((await create({}, administrator(), 'other')).id).not.toBe(first.id);
  });

  test('cannot do more than who makes it', async () => {
    const by = administrator({ mayDelegate: () => false });
    expect(await codeOf(create({ roles: ['admin'] }, by))).toBe('delegation-refused');
    expect(await codeOf(node.credentials.users.create(undefined, input(), administrator()))).toBe('delegation-refused');
    const narrowed = administrator({ principal: samplePrincipal({ filter: 'a:1' }) });
    expect((await create({ filter: 'b:2' }, narrowed)).filter).toBe('(a:1) (b:2)');
  });

  test.each([
    ['password-refused', { password: 'short' }],
    ['password-refused', { password: 'jane@acme.example1' }],
    ['filter-invalid', { filter: 'a!' }],
  ])('is refused: %s', async (code, more) => {
    expect(await codeOf(create(more))).toBe(code);
  });

  test('made twice at once is made once', async () => {
    const answers = await Promise.all([codeOf(create()), codeOf(create())]);
    expect(answers.sort()).toEqual(['login-taken', 'ok']);
    expect((await node.credentials.users.list('acme', { limit: 10 })).users).toHaveLength(1);
  });
});

describe('a crash between the two writes of a new user', () => {
  const failing = async (fault: Fault, place: number) => {
    let put = 0;
    const faults = new Faults((operation) => (operation === 'registry.put' && put++ === place ? fault : undefined));
    const registry = withRegistryFaults(openMemoryRegistry(node.world.registry), faults);
    const faulty = await startCredentials({ world: node.world, clock: node.clock, registry });
    put = 0;
    const answer = await codeOf(faulty.credentials.users.create('acme', input(), administrator()));
    await faulty.stop();
    return answer;
  };

  test.each([
    ['fail', 0, 'ok'],
    ['fail-after', 0, 'ok'],
    ['fail', 1, 'ok'],
    // Everything was applied, and only the answer lost: there is the user.
    ['fail-after', 1, 'login-taken'],
  ] as const)('(%s at write %d) leaves a name that can be used', async (fault, place, expected) => {
    expect(await failing(fault, place)).toBe('registry-unavailable');
    expect(await codeOf(create())).toBe(expected);
    expect(await codeOf(logIn())).toBe('ok');
    expect((await node.credentials.users.list('acme', { limit: 10 })).users).toHaveLength(1);
  });
});

describe('a change', () => {
  test('counts at once for who is logged in', async () => {
    const { id } = await create({ roles: ['auditor'] });
    const { access_token } = await logIn();
    expect((await authenticate(access_token)).roles).toEqual(['auditor']);
    await node.credentials.users.update('acme', id, { roles: ['user'], name: 'Jane' }, administrator());
    expect((await authenticate(access_token)).roles).toEqual(['user']);
    await node.credentials.users.update('acme', id, { name: null }, administrator());
    expect(await node.credentials.users.get('acme', id)).not.toHaveProperty('name');
  });

  test('that disables ends the sessions, also after the user is enabled again', async () => {
    const { id } = await create();
    const { access_token, refresh_token } = await logIn();
    await authenticate(access_token);
    await node.credentials.users.update('acme', id, { disabled: true }, administrator());
    expect(await codeOf(authenticate(access_token))).toBe('credential-revoked');
    expect(await codeOf(logIn())).toBe('login-failed');
    await node.credentials.users.update('acme', id, { disabled: false }, administrator());
    expect(await codeOf(authenticate(access_token))).toBe('credential-revoked');
    const refresh = node.credentials.grants.grant({ grant_type: 'refresh_token', refresh_token }, CALLER);
    expect(await codeOf(refresh)).toBe('credential-revoked');
    expect(await codeOf(logIn())).toBe('ok');
  });

  test('neither gives more than one has, nor takes from who has more', async () => {
    const { id } = await create({ roles: ['admin'] });
    const by = administrator({ mayDelegate: (_permissions, roles) => !roles.includes('admin') });
    const update = (change: Parameters<typeof node.credentials.users.update>[2]) =>
      codeOf(node.credentials.users.update('acme', id, change, by));
    expect(await update({ roles: ['user'] })).toBe('delegation-refused');
    expect(await update({ permissions: [] })).toBe('delegation-refused');
    expect(await update({ disabled: false })).toBe('delegation-refused');
    expect(await codeOf(node.credentials.users.setPassword('acme', id, 'another good one', by))).toBe(
      'delegation-refused',
    );
    expect(await update({ disabled: true })).toBe('ok');
    expect(await update({ name: 'Jane' })).toBe('ok');
  });

  test('of another tenant’s user is as that of none', async () => {
    const { id } = await create();
    const { users } = node.credentials;
    const by = administrator();
    for (const answer of [
      users.get('other', id),
      users.update('other', id, {}, by),
      users.setPassword('other', id, PASSWORD, by),
      users.endSessions('other', id, by),
      users.get('acme', '../apikey.x'),
    ]) {
      expect(await codeOf(answer)).toBe('user-unknown');
    }
  });
});

describe('a password', () => {
  test('that an administrator sets ends the sessions', async () => {
    const { id } = await create();
    const { access_token } = await logIn();
    await node.credentials.users.setPassword('acme', id, 'another good one', administrator());
    expect(await codeOf(authenticate(access_token))).toBe('credential-revoked');
    expect(await codeOf(logIn())).toBe('login-failed');
    expect(await codeOf(logIn('another good one'))).toBe('ok');
  });

  test('is changed by its owner, with the one until now', async () => {
    await create();
    const { grants, users } = node.credentials;
    const own = { tenant: 'acme', login: 'jane@acme.example', password: PASSWORD };
    expect(await codeOf(grants.requireUser({ ...own, password: 'wrong' }, CALLER))).toBe('login-failed');
    await users.changeOwnPassword(await grants.requireUser(own, CALLER), 'another good one', CALLER);
    expect(await codeOf(logIn('another good one'))).toBe('ok');
    expect(node.audit.acts.find(({ action }) => action === 'user.password')).toMatchObject({
      principal: { id: expect.stringMatching(/^user:/), subject: 'jane@acme.example' },
    });
  });

  test('whose hash is of an earlier cost is hashed anew when it was right', async () => {
    const { id } = await create();
    const cost = { memoryKiB: 64, passes: 1, lanes: 1 };
    const later = await startCredentials({ world: node.world, clock: node.clock, parts: { passwordCost: cost } });
    await logIn(PASSWORD, 'jane@acme.example', 'acme', later);
    let kept = '';
    while (!kept.includes('m=64')) kept = (await later.credentials.users.get('acme', id)).password!;
    const hasher = new PasswordHasher({ pepper: Buffer.alloc(32), random: Buffer.alloc, cost });
    expect(hasher.isOutdated(kept)).toBe(false);
    expect(await codeOf(logIn(PASSWORD, 'jane@acme.example', 'acme', later))).toBe('ok');
    await later.stop();
  });
});

test('ending the sessions of a user ends all tokens', async () => {
  const { id } = await create();
  const tokens = [await logIn(), await logIn()];
  for (const { access_token } of tokens) await authenticate(access_token);
  await node.credentials.users.endSessions('acme', id, administrator());
  for (const { access_token } of tokens) expect(await codeOf(authenticate(access_token))).toBe('credential-revoked');
  expect(await codeOf(logIn())).toBe('ok');
});

test('users are listed page by page', async () => {
  for (let i = 0; i < 5; i++) await create({ login: `user${i}` });
  const first = await node.credentials.users.list('acme', { limit: 3 });
  const second = await node.credentials.users.list('acme', { limit: 3, after: first.next! });
  const logins = [...first.users, ...second.users].map(({ login }) => login);
  expect(logins.sort()).toEqual(['user0', 'user1', 'user2', 'user3', 'user4']);
  expect(second.next).toBeNull();
});

test('a user is found as a principal, for whoever asks what it may do', async () => {
  const { id } = await create({ roles: ['auditor'] });
  expect(await node.credentials.findUser('acme', `user:${id}`)).toMatchObject({ id: `user:${id}`, roles: ['auditor'] });
  expect(await node.credentials.findUser('other', `user:${id}`)).toBeUndefined();
  expect(await node.credentials.findUser('acme', 'key:x')).toBeUndefined();
});
