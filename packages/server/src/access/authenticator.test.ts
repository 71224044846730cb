import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ADDRESS,
  administrator,
  BOOTSTRAP,
  CALLER,
  type CredentialNode,
  settle,
  startCredentials,
} from '../../testing/credential-node.js';
import { samplePrincipal } from '../../testing/principals.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { PortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';
import { newApiKeySchema } from './api-key-input.js';
import { ADDRESS_SLOWING } from './login-guard.js';
import { newUserSchema } from './user-input.js';

let node: CredentialNode;

beforeEach(async () => {
  node = await startCredentials();
});
afterEach(() => node.stop());

const createKey = (more = {}, tenant = 'acme') =>
  node.credentials.keys.create(tenant, newApiKeySchema.parse({ name: 'shop', ...more }), administrator());
const at = (on: CredentialNode, text: string, address = ADDRESS) =>
  on.credentials.authenticator.authenticate(text, address);
const authenticate = async (text: string, address = ADDRESS) => at(node, text, address);
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'ok',
    (error: { code?: string }) => error.code,
  );
const randomKey = (n: number) => `alk_${String(n).padStart(12, '0')}_${'x'.repeat(49)}`;

test('the bootstrap key speaks for the deployment, from everywhere and always', async () => {
  for (let i = 0; i < 200; i++) await codeOf(authenticate(randomKey(i)));
  expect(await authenticate(BOOTSTRAP)).toMatchObject({
    kind: 'bootstrap',
    tenant: undefined,
    roles: ['system_admin'],
  });
});

describe('what is known', () => {
  test('is answered at once, by the same principal, without asking the registry', async () => {
    const { text } = await createKey();
    const first = await authenticate(text);
    await settle();
    expect(at(node, text)).toBe(first);
    await authenticate(BOOTSTRAP);
    expect(at(node, BOOTSTRAP)).toBe(await authenticate(BOOTSTRAP));
  });

  test('is asked for once when many ask at the same moment', async () => {
    const { text } = await createKey();
    const principals = await Promise.all(Array.from({ length: 20 }, () => authenticate(text)));
    expect(new Set(principals).size).toBe(1);
  });

  test('does not go by another credential of the same beginning, end or length', async () => {
    const { text } = await createKey();
    await authenticate(text);
    for (const other of [`${text}x`, text.slice(0, -1), text.toLowerCase(), text.toUpperCase(), `${BOOTSTRAP} `, '']) {
      expect(await codeOf(authenticate(other))).toBe('credential-invalid');
    }
  });
});

describe('a revocation', () => {
  let other: CredentialNode;

  beforeEach(async () => {
    other = await startCredentials({ world: node.world, clock: node.clock });
  });
  afterEach(() => other.stop());

  test('of a key on one node counts on the other one as soon as that hears of it', async () => {
    const { text, document } = await createKey();
    await settle();
    await at(other, text);
    await settle();
    expect(at(other, text)).not.toBeInstanceOf(Promise);
    await node.credentials.keys.revoke('acme', document.id, administrator());
    await settle();
    expect(await codeOf(Promise.resolve(at(other, text)))).toBe('credential-revoked');
  });

  test('of a session on one node counts on the other one as soon as that hears of it', async () => {
    const { text } = await createKey();
    const tokens = await node.credentials.grants.grant({ grant_type: 'api_key', api_key: text }, CALLER);
    await settle();
    expect((await at(other, tokens.access_token)).credential.family).toBeDefined();
    await settle();
    expect(at(other, tokens.access_token)).not.toBeInstanceOf(Promise);
    await node.credentials.ends.byToken(tokens.access_token, CALLER);
    await settle();
    expect(await codeOf(Promise.resolve(at(other, tokens.access_token)))).toBe('credential-revoked');
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token } as const;
    expect(await codeOf(other.credentials.grants.grant(refresh, CALLER))).toBe('credential-revoked');
  });

  test('of a key ends the tokens that were got with it', async () => {
    const { text, document } = await createKey();
    const tokens = await node.credentials.grants.grant({ grant_type: 'api_key', api_key: text }, CALLER);
    expect(await codeOf(authenticate(tokens.access_token))).toBe('ok');
    await node.credentials.keys.revoke('acme', document.id, administrator());
    expect(await codeOf(authenticate(tokens.access_token))).toBe('credential-revoked');
  });

  test('counts under load: no request that begins after it is answered gets through', async () => {
    const { text, document } = await createKey();
    let isRevoked = false;
    let passedAfter = 0;
    const load = Array.from({ length: 20 }, async () => {
      for (let i = 0; i < 50; i++) {
        const began = isRevoked;
        if ((await codeOf(Promise.resolve().then(() => at(other, text)))) === 'ok' && began) passedAfter += 1;
        await settle();
      }
    });
    await settle();
    await node.credentials.keys.revoke('acme', document.id, administrator());
    // The other node hears of it within a turn of the event loop here; over a network, within a second.
    await settle();
    isRevoked = true;
    await Promise.all(load);
    expect(passedAfter).toBe(0);
  });
});

describe('while the watch of the registry is broken', () => {
  test('nothing that is remembered is used: a revocation elsewhere counts at once', async () => {
    const broken = new AbortController();
    const plain = openMemoryRegistry(node.world.registry);
    let isBroken = false;
    const registry: Registry = {
      ...methodsOf(plain),
      async *watch(prefix, signal) {
        if (isBroken) throw new PortFailure('unavailable', 'no watch');
        yield* plain.watch(prefix, AbortSignal.any([signal, broken.signal]));
        if (broken.signal.aborted) throw new PortFailure('unavailable', 'the watch broke');
      },
    };
    const deaf = await startCredentials({ world: node.world, clock: node.clock, registry });
    const { text, document } = await createKey();
    await at(deaf, text);
    await settle();
    expect(at(deaf, text)).not.toBeInstanceOf(Promise);
    isBroken = true;
    broken.abort();
    await settle();
    expect(at(deaf, text)).toBeInstanceOf(Promise);
    expect(await codeOf(Promise.resolve(at(deaf, text)))).toBe('ok');
    await node.credentials.keys.revoke('acme', document.id, administrator());
    expect(await codeOf(Promise.resolve(at(deaf, text)))).toBe('credential-revoked');
    await deaf.stop();
  });
});

describe('the addresses of a tenant', () => {
  const allow = (list: string[]) => async () => {
    const tenant = await node.tenants.ensure('acme', '2025-01-01T00:00:00Z');
    return node.tenants.replace(tenant, { ...tenant.document, settings: { addressAllowList: list } });
  };

  test('hold for keys, sessions and log-ins, from the moment of the change', async () => {
    const { text } = await createKey();
    const user = newUserSchema.parse({ login: 'jane', password: 'correct horse battery' });
    await node.credentials.users.create('acme', user, administrator());
    const logIn = () =>
      node.credentials.grants.grant(
        { grant_type: 'password', tenant: 'acme', login: 'jane', password: 'correct horse battery' },
        CALLER,
      );
    const { access_token, refresh_token } = await logIn();
    const refresh = () => node.credentials.grants.grant({ grant_type: 'refresh_token', refresh_token }, CALLER);
    const all = async () => [
      await codeOf(authenticate(text)),
      await codeOf(authenticate(access_token)),
      await codeOf(logIn()),
      await codeOf(refresh()),
    ];
    expect(await all()).toEqual(['ok', 'ok', 'ok', 'ok']);
    await allow(['198.51.100.0/24'])();
    expect(await all()).toEqual(new Array(4).fill('address-refused'));
    expect(await codeOf(authenticate(text, '198.51.100.7'))).toBe('ok');
    await allow([])();
    expect((await all()).slice(0, 3)).toEqual(['ok', 'ok', 'ok']);
    // A refresh token that was refused was not used up.
    expect(await codeOf(refresh())).toBe('ok');
  });

  test('that cannot be read let nobody in, but for the deployment', async () => {
    const { text } = await createKey();
    await allow(['not an address'])();
    expect(await codeOf(authenticate(text))).toBe('address-refused');
    expect(await codeOf(authenticate(BOOTSTRAP))).toBe('ok');
  });
});

describe('guessing', () => {
  test('is slowed by address, and said so; what is known goes on', async () => {
    const { text } = await createKey();
    await authenticate(text);
    await settle();
    for (let i = 0; i < ADDRESS_SLOWING.freeFailures; i++) {
      expect(await codeOf(authenticate(randomKey(i)))).toBe('credential-invalid');
    }
    expect(await codeOf(authenticate(randomKey(99)))).toBe('credential-invalid');
    await expect(authenticate(randomKey(100))).rejects.toMatchObject({
      code: 'too-many-attempts',
      retryAfterSeconds: 1,
    });
    expect(await codeOf(authenticate(text))).toBe('ok');
    expect(await codeOf(authenticate(randomKey(101), '203.0.113.10'))).toBe('credential-invalid');
  });

  test('keeps nobody out who is known, also when the key has changed meanwhile', async () => {
    const { text, document } = await createKey();
    await authenticate(text);
    for (let i = 0; i <= ADDRESS_SLOWING.freeFailures; i++) await codeOf(authenticate(randomKey(i)));
    await node.credentials.keys.rotate('acme', document.id, 60_000, administrator());
    expect(await codeOf(authenticate(text))).toBe('ok');
    expect(await codeOf(authenticate((await createKey()).text))).toBe('too-many-attempts');
  });

  test('goes on record, without what was guessed', async () => {
    await codeOf(authenticate(randomKey(7)));
    await settle();
    expect(node.audit.acts).toMatchObject([
      {
        tenant: 'system',
        action: 'credential.refuse',
        outcome: 'denied',
        reason: 'credential-invalid',
        address: ADDRESS,
      },
    ]);
    expect(JSON.stringify(node.audit.acts)).not.toContain('xxxx');
  });

  test('from many addresses cannot fill the log', async () => {
    for (let i = 0; i < 500; i++) await codeOf(authenticate(randomKey(i), `198.51.${i >> 8}.${i & 255}`));
    await settle();
    expect(node.audit.acts.length).toBeLessThanOrEqual(50);
    node.clock.advance(1000);
    await codeOf(authenticate(randomKey(1), '192.0.2.1'));
    await settle();
    expect(node.audit.acts.at(-1)!.metadata).toEqual({ unrecorded: 450 });
  });

  test('is not what a credential does that was good once: it is recorded in its tenant and slows nobody', async () => {
    await node.tenants.ensure('acme', '2025-01-01T00:00:00Z');
    const { text, document } = await createKey();
    await node.credentials.keys.revoke('acme', document.id, administrator());
    for (let i = 0; i < 200; i++) expect(await codeOf(authenticate(text))).toBe('credential-revoked');
    await settle();
    expect(node.audit.acts.at(-1)).toMatchObject({
      tenant: 'acme',
      reason: 'credential-revoked',
      targets: [{ type: 'api_key', id: document.id }],
    });
    expect(await codeOf(authenticate((await createKey()).text))).toBe('ok');
  });
});

describe('a token of ours', () => {
  test('is no key: it does not get tokens', async () => {
    const { text } = await createKey();
    const { access_token } = await node.credentials.grants.grant({ grant_type: 'api_key', api_key: text }, CALLER);
    for (const key of [access_token, BOOTSTRAP]) {
      expect(await codeOf(node.credentials.grants.grant({ grant_type: 'api_key', api_key: key }, CALLER))).toBe(
        'credential-invalid',
      );
    }
  });

  test('counts for its time, and from the addresses of its key', async () => {
    const { text } = await createKey({ addresses: [ADDRESS] });
    const { access_token, expires_in } = await node.credentials.grants.grant(
      { grant_type: 'api_key', api_key: text },
      CALLER,
    );
    expect(expires_in).toBeGreaterThan(898);
    expect(await codeOf(authenticate(access_token, '198.51.100.1'))).toBe('address-refused');
    node.clock.advance(expires_in * 1000 - 1);
    expect(await codeOf(authenticate(access_token))).toBe('ok');
    node.clock.advance(1001);
    expect(await codeOf(authenticate(access_token))).toBe('credential-expired');
  });

  test('has ended within a second of a clock that was set right', async () => {
    const { text } = await createKey();
    const { access_token } = await node.credentials.grants.grant({ grant_type: 'api_key', api_key: text }, CALLER);
    await authenticate(access_token);
    await authenticate(access_token);
    node.clock.jump(3600n * 1_000_000_000n);
    node.clock.advance(1000);
    expect(await codeOf(authenticate(access_token))).toBe('credential-expired');
  });

  test('of a key that expires sooner ends with it', async () => {
    const soon = new Date(Number(node.clock.nowNs() / 1_000_000n) + 60_000).toISOString();
    const { text } = await createKey({ expires_at: soon });
    const { access_token } = await node.credentials.grants.grant({ grant_type: 'api_key', api_key: text }, CALLER);
    expect(await codeOf(authenticate(access_token))).toBe('ok');
    node.clock.advance(60_000);
    expect(await codeOf(authenticate(access_token))).toBe('credential-expired');
  });

  test('carries the filter of who got it', async () => {
    const by = administrator({ principal: samplePrincipal({ filter: 'a:1' }) });
    const { text } = await node.credentials.keys.create('acme', newApiKeySchema.parse({ name: 'x' }), by);
    const { access_token } = await node.credentials.grants.grant({ grant_type: 'api_key', api_key: text }, CALLER);
    expect((await authenticate(access_token)).filter).toBe('a:1');
  });
});

test('when the registry does not answer, it is said; nobody is refused for it', async () => {
  const { text } = await createKey();
  const registry: Registry = {
    ...methodsOf(node.registry),
    get: async () => {
      throw new PortFailure('unavailable', 'no answer');
    },
  };
  const deaf = await startCredentials({ world: node.world, clock: node.clock, registry });
  expect(await codeOf(Promise.resolve().then(() => at(deaf, text)))).toBe('registry-unavailable');
  expect(deaf.audit.acts).toEqual([]);
  await deaf.stop();
});

function methodsOf(registry: Registry): Registry {
  return {
    get: (key) => registry.get(key),
    getMany: (keys) => registry.getMany(keys),
    put: (...write) => registry.put(...write),
    putMany: (writes) => registry.putMany(writes),
    delete: (key, revision) => registry.delete(key, revision),
    list: (prefix, options) => registry.list(prefix, options),
    watch: (prefix, signal) => registry.watch(prefix, signal),
    close: () => registry.close(),
  };
}
