import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administrator, type CredentialNode, settle, startCredentials } from '../../testing/credential-node.js';
import { samplePrincipal } from '../../testing/principals.js';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import type { ApiKeyDocument } from './api-key-document.js';
import { type NewApiKey, newApiKeySchema } from './api-key-input.js';
import { MAX_KEYS_PER_TENANT, MAX_SECRETS } from './api-keys.js';
import type { Principal } from './principal.js';

let node: CredentialNode;

beforeEach(async () => {
  node = await startCredentials();
});
afterEach(() => node.stop());

const input = (more: Partial<NewApiKey> = {}): NewApiKey => ({ ...newApiKeySchema.parse({ name: 'shop' }), ...more });
const create = (more: Partial<NewApiKey> = {}, by = administrator()) =>
  node.credentials.keys.create('acme', input(more), by);
const authenticate = async (text: string, address = '203.0.113.9'): Promise<Principal> =>
  node.credentials.authenticator.authenticate(text, address);
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'ok',
    (error: { code?: string }) => error.code,
  );
const HOUR_MS = 3_600_000;

describe('a new key', () => {
  test('speaks for its tenant, with what it was given', async () => {
    const { text, document } = await create({
      permissions: ['events:write'],
      roles: ['audit_writer'],
      filter: 'target.type:order',
    });
    expect(await authenticate(text)).toEqual({
      kind: 'api-key',
      id: `key:${document.id}`,
      subject: `key:${document.id}`,
      tenant: 'acme',
      roles: ['audit_writer'],
      permissions: ['events:write'],
      filter: 'target.type:order',
      credential: { id: document.id },
    });
  });

  test('lies in the registry as a keyed hash only, and in the trail without a secret', async () => {
    const { text } = await create();
    const secret = text.split('_')[2]!;
    expect(JSON.stringify([...node.world.registry.documents])).not.toContain(secret.slice(0, 20));
    expect(JSON.stringify(node.audit.acts)).not.toContain(secret.slice(0, 20));
    expect(node.audit.acts).toMatchObject([{ tenant: 'acme', action: 'key.create', metadata: { name: 'shop' } }]);
  });

  test('is not answered when it cannot be recorded', async () => {
    node.audit.failing = true;
    await expect(create()).rejects.toThrow();
  });

  test('whose filter cannot be understood is refused', async () => {
    expect(await codeOf(create({ filter: 'a!' }))).toBe('filter-invalid');
  });

  test('of the deployment belongs to no tenant, and is not made by who belongs to one', async () => {
    const { keys } = node.credentials;
    expect(await codeOf(keys.create(undefined, input(), administrator()))).toBe('delegation-refused');
    const operator = { ...samplePrincipal({ kind: 'bootstrap' }), tenant: undefined };
    const { text } = await keys.create(undefined, input(), administrator({ principal: operator }));
    expect((await authenticate(text)).tenant).toBeUndefined();
    expect((await keys.list(undefined, { limit: 10 })).keys).toHaveLength(1);
    expect((await keys.list('acme', { limit: 10 })).keys).toHaveLength(0);
  });
});

describe('nobody makes a key that can do more than they can', () => {
  test('by permissions and roles', async () => {
    const asked: unknown[] = [];
    const by = administrator({ mayDelegate: (...args) => asked.push(args) === 0 });
    expect(await codeOf(create({ permissions: ['events:read'], roles: ['admin'] }, by))).toBe('delegation-refused');
    expect(asked).toEqual([[['events:read'], ['admin'], 'acme']]);
    expect(node.world.registry.documents.size).toBe(1);
  });

  test('by filter: the own one is added', async () => {
    const by = administrator({ principal: samplePrincipal({ filter: 'a:1' }) });
    expect((await create({}, by)).document.filter).toBe('a:1');
    expect((await create({ filter: 'a:1' }, by)).document.filter).toBe('a:1');
    expect((await create({ filter: 'b:2 or c:3' }, by)).document.filter).toBe('(a:1) (b:2 or c:3)');
  });

  test('by expiry and addresses, when it is a key that makes the other one', async () => {
    const until = '2026-01-01T00:00:00.000Z';
    const { text } = await create({ expires_at: until, addresses: ['203.0.113.0/24'] });
    const by = administrator({ principal: await authenticate(text) });
    expect((await create({}, by)).document).toMatchObject({ expires_at: until, addresses: ['203.0.113.0/24'] });
    expect((await create({ expires_at: '2027-01-01T00:00:00Z' }, by)).document.expires_at).toBe(until);
    expect((await create({ expires_at: '2025-12-01T00:00:00Z' }, by)).document.expires_at).toBe(
      '2025-12-01T00:00:00.000Z',
    );
    expect((await create({ addresses: ['203.0.113.7'] }, by)).document.addresses).toEqual(['203.0.113.7']);
    expect(await codeOf(create({ addresses: ['203.0.0.0/16'] }, by))).toBe('delegation-refused');
  });

  test('by rotating a key that can', async () => {
    const { document } = await create({ permissions: ['events:read'] });
    const rotate = (by = administrator()) => node.credentials.keys.rotate('acme', document.id, 0, by);
    expect(await codeOf(rotate(administrator({ mayDelegate: () => false })))).toBe('delegation-refused');
    const narrowed = administrator({ principal: samplePrincipal({ filter: 'a:1' }) });
    expect(await codeOf(rotate(narrowed))).toBe('delegation-refused');
    expect(await codeOf(rotate())).toBe('ok');
  });
});

describe('a key counts no more', () => {
  test('from when it expires', async () => {
    const expires = new Date(Number(node.clock.nowNs() / 1_000_000n) + HOUR_MS).toISOString();
    const { text } = await create({ expires_at: expires });
    expect(await codeOf(authenticate(text))).toBe('ok');
    node.clock.advance(HOUR_MS - 1);
    expect(await codeOf(authenticate(text))).toBe('ok');
    node.clock.advance(1);
    expect(await codeOf(authenticate(text))).toBe('credential-expired');
  });

  test('from when it is revoked; revoking it again changes nothing', async () => {
    const { text, document } = await create();
    await authenticate(text);
    const revoked = await node.credentials.keys.revoke('acme', document.id, administrator());
    expect(await codeOf(authenticate(text))).toBe('credential-revoked');
    expect(await node.credentials.keys.revoke('acme', document.id, administrator())).toEqual(revoked);
    expect(node.audit.actions.filter((action) => action === 'key.revoke')).toHaveLength(1);
    expect(await codeOf(node.credentials.keys.rotate('acme', document.id, 0, administrator()))).toBe('key-unknown');
  });

  test('from other addresses than those of its list', async () => {
    const { text } = await create({ addresses: ['203.0.113.0/24', '2001:db8::/32'] });
    expect(await codeOf(authenticate(text, '203.0.113.200'))).toBe('ok');
    expect(await codeOf(authenticate(text, '::ffff:203.0.113.200'))).toBe('ok');
    expect(await codeOf(authenticate(text, '2001:db8::1'))).toBe('ok');
    expect(await codeOf(authenticate(text, '203.0.114.1'))).toBe('address-refused');
    expect(await codeOf(authenticate(text, '203.0.113.200'))).toBe('ok');
  });
});

describe('rotation', () => {
  const rotate = (id: string, overlapMs: number) =>
    node.credentials.keys.rotate('acme', id, overlapMs, administrator());

  test('gives another secret, and the earlier one counts until the overlap is over', async () => {
    const { text: before, document } = await create();
    const { text: after } = await rotate(document.id, HOUR_MS);
    expect(after).not.toBe(before);
    expect((await authenticate(before)).id).toBe((await authenticate(after)).id);
    node.clock.advance(HOUR_MS);
    expect(await codeOf(authenticate(before))).toBe('credential-expired');
    expect(await codeOf(authenticate(after))).toBe('ok');
  });

  test('without overlap ends the earlier secret at once', async () => {
    const { text: before, document } = await create();
    await authenticate(before);
    await rotate(document.id, 0);
    expect(await codeOf(authenticate(before))).not.toBe('ok');
  });

  test('twice does not lengthen the time of the first secret, and ends none that still counts', async () => {
    const { text: first, document } = await create();
    const { text: second } = await rotate(document.id, HOUR_MS);
    const { text: third } = await rotate(document.id, 2 * HOUR_MS);
    for (const text of [first, second, third]) expect(await codeOf(authenticate(text))).toBe('ok');
    node.clock.advance(HOUR_MS);
    expect(await codeOf(authenticate(first))).toBe('credential-expired');
    expect(await codeOf(authenticate(second))).toBe('ok');
  });

  test('has a bound on the secrets that count at once', async () => {
    const { document } = await create();
    for (let i = 1; i < MAX_SECRETS; i++) await rotate(document.id, HOUR_MS);
    expect(await codeOf(rotate(document.id, HOUR_MS))).toBe('limit-reached');
    node.clock.advance(HOUR_MS);
    expect(await codeOf(rotate(document.id, HOUR_MS))).toBe('ok');
  });
});

describe('other tenants', () => {
  test('cannot see, rotate or revoke a key', async () => {
    const { document } = await create();
    const { keys } = node.credentials;
    for (const answer of [
      keys.get('other', document.id),
      keys.rotate('other', document.id, 0, administrator()),
      keys.revoke('other', document.id, administrator()),
      keys.get(undefined, document.id),
      keys.get('acme', 'nothing'),
      keys.get('acme', '../user.x'),
    ]) {
      expect(await codeOf(answer)).toBe('key-unknown');
    }
    expect((await keys.list('other', { limit: 10 })).keys).toEqual([]);
  });
});

test('keys are listed page by page', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => create()));
  const first = await node.credentials.keys.list('acme', { limit: 3 });
  const second = await node.credentials.keys.list('acme', { limit: 3, after: first.next! });
  const ids = [...first.keys, ...second.keys].map(({ id }) => id);
  expect(ids).toEqual(made.map(({ document }) => document.id).sort());
  expect([first.keys.length, second.next]).toEqual([3, null]);
});

test('a tenant has a bounded number of keys', async () => {
  for (let i = 0; i < MAX_KEYS_PER_TENANT; i++) await node.registry.put(`tenant-apikey.acme.k${i}`, {}, 0);
  expect(await codeOf(create())).toBe('limit-reached');
});

describe('when a key was used is written down', () => {
  test('once a minute at most, and without waiting for it', async () => {
    const { text, document } = await create();
    const revisions = async () => {
      await node.credentials.uses.settled();
      return (await node.registry.get(`apikey-used.${document.id}`))?.revision;
    };
    for (let i = 0; i < 5; i++) await authenticate(text);
    const first = await revisions();
    expect(first).toBeDefined();
    const [at] = await node.credentials.keys.lastUses([document.id]);
    node.clock.advance(59_999);
    await authenticate(text);
    expect(await revisions()).toBe(first);
    node.clock.advance(1);
    await authenticate(text);
    expect(await revisions()).toBeGreaterThan(first!);
    const [later] = await node.credentials.keys.lastUses([document.id]);
    expect(Date.parse(later!) - Date.parse(at!)).toBe(60_000);
  });

  test('also where the registry cannot be written: the request goes on', async () => {
    const { text } = await create();
    const faults = new Faults((operation) => (operation === 'registry.put' ? 'fail' : undefined));
    const registry = withRegistryFaults(openMemoryRegistry(node.world.registry), faults);
    const faulty = await startCredentials({ world: node.world, clock: node.clock, registry });
    expect((await faulty.credentials.authenticator.authenticate(text, '203.0.113.9')).kind).toBe('api-key');
    await faulty.credentials.uses.settled();
    await faulty.stop();
  });
});

describe('a write that goes wrong', () => {
  test.each(['fail', 'fail-after'] as const)('(%s) never leaves a key that no list shows', async (fault) => {
    const world = new MemoryWorld();
    for (let failing = 0; failing < 2; failing++) {
      let put = 0;
      const faults = new Faults((operation) => (operation === 'registry.put' && put++ === failing ? fault : undefined));
      const faulty = await startCredentials({
        world,
        registry: withRegistryFaults(openMemoryRegistry(world.registry), faults),
      });
      put = 0;
      const answer = faulty.credentials.keys.create('acme', input(), administrator());
      expect(await codeOf(answer)).toBe('registry-unavailable');
      await faulty.stop();
    }
    await settle();
    const registry = openMemoryRegistry(world.registry);
    const keys = await registry.list<ApiKeyDocument>('apikey.', { limit: 10 });
    const listed = await node.credentials.keys.list('acme', { limit: 10 });
    expect(listed.keys).toEqual([]);
    const shown = new Set(
      (await registry.list('tenant-apikey.acme.', { limit: 10 })).map(({ key }) => key.split('.')[2]),
    );
    for (const { value } of keys) expect(shown).toContain(value.id);
  });

  test('of a revocation that was applied all the same is a revocation', async () => {
    const { text, document } = await create();
    const faults = new Faults((operation) => (operation === 'registry.put' ? 'fail-after' : undefined));
    const faulty = await startCredentials({
      world: node.world,
      clock: node.clock,
      registry: withRegistryFaults(openMemoryRegistry(node.world.registry), faults),
    });
    await faulty.credentials.authenticator.authenticate(text, '203.0.113.9');
    expect(await codeOf(faulty.credentials.keys.revoke('acme', document.id, administrator()))).toBe(
      'registry-unavailable',
    );
    const again = async () => faulty.credentials.authenticator.authenticate(text, '203.0.113.9');
    expect(await codeOf(again())).toBe('credential-revoked');
    await faulty.stop();
  });
});
