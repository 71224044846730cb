import { randomBytes } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { administrator, rsaKey } from '../../testing/credential-node.js';
import { RecordingAuditTrail } from '../../testing/recording-audit-trail.js';
import { LocalMasterKey } from '../adapters/master-key/local-master-key.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { WatchedDocuments } from '../documents/watched-documents.js';
import { AccessTokens } from './access-tokens.js';
import { JWKS_MAX_AGE_S, type TokenKeyDocument, TokenKeys } from './token-keys.js';

const MINUTE_MS = 60_000;
const LIFETIME_MS = 15 * MINUTE_MS;
const CONTENT = { principal: 'user:jane', session: 's1', tenant: 'acme', roles: ['user'], permissions: [] };

let world: MemoryWorld;
let clock: MemoryClock;
let fault: ((operation: string) => Fault | undefined) | undefined;
let audit: RecordingAuditTrail;

beforeEach(() => {
  world = new MemoryWorld();
  clock = new MemoryClock();
  fault = undefined;
  audit = new RecordingAuditTrail();
});

/** A process of its own, with a master key of these names. */
function open(...masterKeys: string[]) {
  const plain = openMemoryRegistry(world.registry);
  const registry = withRegistryFaults(plain, new Faults((operation) => fault?.(operation)));
  const held = (masterKeys.length === 0 ? ['m1'] : masterKeys).map((id) => ({ id, key: Buffer.alloc(32, id) }));
  const keys = new TokenKeys({
    ...{ registry, clock, audit, makeKey: async () => rsaKey(), tokenLifetimeMs: LIFETIME_MS },
    masterKey: new LocalMasterKey(held, randomBytes),
    documents: new WatchedDocuments<TokenKeyDocument>({ registry, clock, prefix: 'token-key.', maxDocuments: 10 }),
  });
  const tokens = new AccessTokens({
    keys,
    issuer: 'audit.example.com',
    random: randomBytes,
    clock,
    lifetimeMs: LIFETIME_MS,
  });
  return { keys, tokens };
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid as string;
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'ok',
    (error: { code?: string }) => error.code,
  );

test('the first token makes the first key, and its public part only is shown', async () => {
  const { keys, tokens } = open();
  expect(await keys.jwks()).toEqual({ keys: [] });
  const { token } = await tokens.sign(CONTENT);
  const { keys: shown } = await keys.jwks();
  expect(shown).toEqual([
    { kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: kidOf(token), alg: 'RS256', use: 'sig' },
  ]);
  expect(JSON.stringify([...world.registry.documents])).not.toMatch(/"d":|PRIVATE KEY/);
});

test('a key of another process signs and verifies here', async () => {
  const { token } = await open().tokens.sign(CONTENT);
  const { tokens } = open();
  expect(await tokens.verify(token, kidOf(token))).toMatchObject({ principal: 'user:jane', session: 's1' });
  expect(kidOf((await tokens.sign(CONTENT)).token)).toBe(kidOf(token));
});

describe('a rotation logs nobody out', () => {
  test('the new key is shown before it signs, and the old one verifies until its tokens have ended', async () => {
    const { keys, tokens } = open();
    const { token: old } = await tokens.sign(CONTENT);
    const { kid } = await keys.rotate();
    expect((await keys.jwks()).keys.map((key) => key.kid)).toEqual([kid, kidOf(old)]);
    // Whoever has just fetched the keys does not have the new one yet: it must not sign.
    clock.advance(JWKS_MAX_AGE_S * 1000);
    const { token: last } = await tokens.sign(CONTENT);
    expect(kidOf(last)).toBe(kidOf(old));
    clock.advance(JWKS_MAX_AGE_S * 1000);
    const { token: first } = await tokens.sign(CONTENT);
    expect(kidOf(first)).toBe(kid);
    for (const token of [last, first]) expect(await codeOf(tokens.verify(token, kidOf(token)))).toBe('ok');
    await keys.sweep();
    expect(await codeOf(tokens.verify(last, kidOf(last)))).toBe('ok');
    clock.advance(2 * LIFETIME_MS);
    await keys.sweep();
    expect((await keys.list()).map((key) => key.kid)).toEqual([kid]);
  });

  test.each(['fail', 'fail-after'] as const)('also when its write goes wrong (%s)', async (kind) => {
    const { keys, tokens } = open();
    const { token } = await tokens.sign(CONTENT);
    fault = (operation) => (operation === 'registry.put' ? kind : undefined);
    expect(await codeOf(keys.rotate())).toBe('registry-unavailable');
    fault = undefined;
    expect(kidOf((await tokens.sign(CONTENT)).token)).toBe(kidOf(token));
    clock.advance(2.5 * JWKS_MAX_AGE_S * 1000);
    const { token: later } = await tokens.sign(CONTENT);
    for (const one of [token, later]) expect(await codeOf(tokens.verify(one, kidOf(one)))).toBe('ok');
  });

  test('also when it goes wrong between making the new key and removing the old one', async () => {
    const { keys, tokens } = open();
    const { token } = await tokens.sign(CONTENT);
    await keys.rotate();
    clock.advance(4 * LIFETIME_MS);
    fault = (operation) => (operation === 'registry.delete' ? 'fail' : undefined);
    expect(await codeOf(keys.sweep())).toBe('registry-unavailable');
    fault = undefined;
    expect(kidOf((await tokens.sign(CONTENT)).token)).not.toBe(kidOf(token));
    await keys.sweep();
    expect(await keys.list()).toHaveLength(1);
  });

  test('it comes by itself when it is due, once', async () => {
    const { keys, tokens } = open();
    await keys.rotateIfOlder(MINUTE_MS);
    expect(await keys.list()).toHaveLength(0);
    await tokens.sign(CONTENT);
    clock.advance(MINUTE_MS);
    await keys.rotateIfOlder(MINUTE_MS);
    await open().keys.rotateIfOlder(MINUTE_MS);
    expect(await keys.list()).toHaveLength(2);
    expect(audit.acts.at(-1)).toMatchObject({ action: 'token-key.create', tenant: 'system' });
  });
});

test('a key that is removed ends its tokens at once, and another one signs', async () => {
  const { keys, tokens } = open();
  const { token } = await tokens.sign(CONTENT);
  const { kid } = await keys.rotate(administrator());
  expect(await keys.remove(kidOf(token), administrator())).toBe(true);
  expect(await codeOf(tokens.verify(token, kidOf(token)))).toBe('credential-invalid');
  const { token: next } = await tokens.sign(CONTENT);
  // There is no other one, so the new one signs before its time.
  expect(kidOf(next)).toBe(kid);
  expect(await keys.remove('nothing', administrator())).toBe(false);
  expect(audit.actions).toEqual(['token-key.create', 'token-key.delete']);
});

test('the number of keys has a bound', async () => {
  const { keys } = open();
  let made = 0;
  for (; (await codeOf(keys.rotate())) === 'ok'; made++) clock.advance(1);
  expect(made).toBeLessThanOrEqual(32);
});

test('after a change of the master key the keys are wrapped anew, and the old master key can go', async () => {
  const { token } = await open('m1').tokens.sign(CONTENT);
  await open('m1', 'm2').keys.sweep();
  const { tokens } = open('m2');
  expect(kidOf((await tokens.sign(CONTENT)).token)).toBe(kidOf(token));
});

test('a name of a key that could not be ours is not looked up', async () => {
  const { keys } = open();
  fault = () => 'fail';
  for (const kid of ['', '../../etc/passwd', "' OR 1=1 --", 'a.b', 'x'.repeat(44), 'ä'.repeat(43)]) {
    expect(await keys.verifier(kid)).toBeUndefined();
  }
});
