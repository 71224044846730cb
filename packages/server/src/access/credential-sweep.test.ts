import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { administrator, CALLER, type CredentialNode, startCredentials } from '../../testing/credential-node.js';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { newApiKeySchema } from './api-key-input.js';
import { removeTenantCredentials } from './credential-sweep.js';
import { newUserSchema } from './user-input.js';

const DAY_MS = 86_400_000;

let node: CredentialNode;

beforeEach(async () => {
  node = await startCredentials();
});
afterEach(() => node.stop());

const createKey = (tenant = 'acme', more = {}) =>
  node.credentials.keys.create(tenant, newApiKeySchema.parse({ name: 'shop', ...more }), administrator());
const createUser = (tenant: string, login: string) =>
  node.credentials.users.create(
    tenant,
    newUserSchema.parse({ login, password: 'correct horse battery' }),
    administrator(),
  );
const names = (prefix: string) => [...node.world.registry.documents.keys()].filter((key) => key.startsWith(prefix));
const later = (ms: number) => new Date(Number(node.clock.nowNs() / 1_000_000n) + ms).toISOString();

describe('what ended long ago is removed', () => {
  test('keys after 90 days, with all that names them', async () => {
    const { document: revoked } = await createKey();
    await createKey('acme', { expires_at: later(DAY_MS) });
    const { document: kept, text } = await createKey();
    await node.credentials.authenticator.authenticate(text, CALLER.address);
    await node.credentials.uses.settled();
    await node.credentials.keys.revoke('acme', revoked.id, administrator());
    node.clock.advance(90 * DAY_MS);
    await node.credentials.sweep();
    expect(names('apikey.')).toHaveLength(3);
    node.clock.advance(2 * DAY_MS);
    await node.credentials.sweep();
    expect(names('apikey.')).toEqual([`apikey.${kept.id}`]);
    expect(names('tenant-apikey.')).toEqual([`tenant-apikey.acme.${kept.id}`]);
    expect(names('apikey-used.')).toEqual([`apikey-used.${kept.id}`]);
  });

  test('sessions a day after their end, revocations with their token', async () => {
    const { text } = await createKey();
    await node.credentials.grants.grant({ grant_type: 'api_key', api_key: text }, CALLER);
    await node.registry.put('revocation.a', { until: later(DAY_MS) }, 0);
    await node.registry.put('revocation.b', { issued_until: later(0) }, 0);
    await node.credentials.sweep();
    expect([names('refresh.').length, names('revocation.').length]).toEqual([1, 2]);
    node.clock.advance(31 * DAY_MS + 1);
    await node.credentials.sweep();
    expect([names('refresh.').length, names('revocation.')]).toEqual([0, ['revocation.b']]);
  });

  test('page by page, on two nodes at once', async () => {
    for (let i = 0; i < 1200; i++) await node.registry.put(`revocation.r${i}`, { until: later(i < 1100 ? -1 : 1) }, 0);
    const other = await startCredentials({ world: node.world, clock: node.clock });
    await Promise.all([node.credentials.sweep(), other.credentials.sweep()]);
    expect(names('revocation.')).toHaveLength(100);
    await other.stop();
  });
});

describe('the credentials of a tenant that is deleted', () => {
  test('are gone at once, and nobody else’s', async () => {
    const [mine, others] = [await createKey('acme'), await createKey('other')];
    await createUser('acme', 'jane');
    await createUser('other', 'jane');
    const login = (tenant: string) =>
      node.credentials.grants.grant(
        { grant_type: 'password', tenant, login: 'jane', password: 'correct horse battery' },
        CALLER,
      );
    const [session, otherSession] = [await login('acme'), await login('other')];
    const ask = async (text: string) => node.credentials.authenticator.authenticate(text, CALLER.address);
    for (const text of [mine.text, others.text, session.access_token, otherSession.access_token]) await ask(text);
    await node.credentials.guard.settled();
    await node.credentials.removeTenant('acme');
    await expect(ask(mine.text)).rejects.toMatchObject({ status: 401 });
    await expect(ask(session.access_token)).rejects.toMatchObject({ code: 'credential-revoked' });
    await expect(login('acme')).rejects.toMatchObject({ code: 'login-failed' });
    await ask(others.text);
    await ask(otherSession.access_token);
    expect([names('user.').length, names('login.acme'), names('tenant-apikey.acme')]).toEqual([1, [], []]);
    expect(names('login-guard.')).toHaveLength(1);
  });

  test('go on being removed where it was cut off', async () => {
    for (let i = 0; i < 3; i++) await createKey('acme');
    for (let i = 0; i < 3; i++) await createUser('acme', `user${i}`);
    for (let failing = 0; ; failing++) {
      let count = 0;
      const faults = new Faults((operation) =>
        operation === 'registry.delete' && count++ === failing ? 'fail-after' : undefined,
      );
      const registry = withRegistryFaults(openMemoryRegistry(node.world.registry), faults);
      const answer = await removeTenantCredentials(registry, 'acme').then(
        () => 'done',
        () => 'cut off',
      );
      if (answer === 'done') break;
    }
    const left = [...node.world.registry.documents.keys()].filter((key) => /acme|^apikey\.|^user\./.test(key));
    expect(left).toEqual([]);
  });
});
