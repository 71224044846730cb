import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { COOL_DOWN_MS, IssuerKeys, KEEP_FOR_MS, REFRESH_AFTER_MS } from './issuer-keys.js';

const URL = 'https://login.example.com/keys';
const keyOf = (kid: string): JWK => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }) as { publicKey: KeyObject };
  return { ...(publicKey.export({ format: 'jwk' }) as JWK), kid };
};
const [a, b] = [keyOf('a'), keyOf('b')];

let clock: MemoryClock;
let published: unknown;
let down: boolean;
let asked: number;
let hold: Promise<void> | undefined;
let troubles: string[];
let keys: IssuerKeys;

beforeEach(() => {
  clock = new MemoryClock();
  published = { keys: [a] };
  down = false;
  asked = 0;
  hold = undefined;
  troubles = [];
  keys = new IssuerKeys({
    url: URL,
    clock,
    onTrouble: ({ message }) => troubles.push(message),
    fetch: async (url, init) => {
      asked += 1;
      expect([url, init.redirect]).toEqual([URL, 'error']);
      await hold;
      if (down) throw new Error('connection refused');
      return typeof published === 'object' ? Response.json(published) : new Response(String(published));
    },
  });
});

const find = async (kid: string) =>
  Promise.resolve(keys.get({ alg: 'ES256', kid }, { payload: '', signature: '' })).then(
    () => 'found',
    (error: { code?: string }) => error.code,
  );
const settle = () => new Promise((resolve) => setImmediate(resolve));
const UNKNOWN = 'ERR_JWKS_NO_MATCHING_KEY';

test('keys are fetched once, also when many ask at once', async () => {
  expect(await Promise.all([find('a'), find('a'), find('a')])).toEqual(['found', 'found', 'found']);
  expect(await find('a')).toBe('found');
  expect(asked).toBe(1);
});

describe('when the issuer rotates', () => {
  test('a new key is found at once, by asking once', async () => {
    await find('a');
    clock.advance(COOL_DOWN_MS);
    published = { keys: [a, b] };
    const before = keys.fingerprint;
    expect(await find('b')).toBe('found');
    expect(asked).toBe(2);
    expect(keys.fingerprint).not.toBe(before);
  });

  test('a key that it takes back counts no more after the keys were fetched again', async () => {
    await find('a');
    published = { keys: [b] };
    clock.advance(REFRESH_AFTER_MS);
    // The known keys go on to be used while others are fetched.
    expect(await find('a')).toBe('found');
    await settle();
    expect(await find('a')).toBe(UNKNOWN);
    expect(await find('b')).toBe('found');
  });
});

test('unknown names of keys, however many, make us ask once in a while only', async () => {
  await find('a');
  clock.advance(COOL_DOWN_MS);
  for (let i = 0; i < 100; i++) expect(await find(`made up ${i}`)).toBe(UNKNOWN);
  expect(asked).toBe(2);
  clock.advance(COOL_DOWN_MS);
  await Promise.all(Array.from({ length: 100 }, (_, i) => find(`made up ${i}`)));
  expect(asked).toBe(3);
});

test('a new key that comes while the keys are being fetched waits for them', async () => {
  await find('a');
  clock.advance(REFRESH_AFTER_MS);
  published = { keys: [a, b] };
  let release = () => {};
  hold = new Promise((resolve) => {
    release = resolve;
  });
  await find('a');
  const answer = find('b');
  release();
  expect(await answer).toBe('found');
  expect(asked).toBe(2);
});

describe('while the issuer is down', () => {
  test('the known keys count for a bounded time', async () => {
    await find('a');
    down = true;
    clock.advance(REFRESH_AFTER_MS);
    expect(await find('a')).toBe('found');
    await settle();
    expect(troubles).toEqual(['connection refused']);
    clock.advance(KEEP_FOR_MS - REFRESH_AFTER_MS - 1);
    expect(await find('a')).toBe('found');
    clock.advance(1);
    expect(await find('a')).toBe('issuer-unavailable');
    down = false;
    clock.advance(COOL_DOWN_MS);
    expect(await find('a')).toBe('found');
  });

  test('without known keys it is said that it is down, and it is asked once in a while', async () => {
    down = true;
    for (let i = 0; i < 10; i++) expect(await find('a')).toBe('issuer-unavailable');
    expect(asked).toBe(1);
    down = false;
    clock.advance(COOL_DOWN_MS);
    expect(await find('a')).toBe('found');
  });
});

describe('an answer', () => {
  test.each([
    ['no JSON', '<html>'],
    ['no key set', { things: [] }],
    ['a name twice', '{"keys":[],"keys":[]}'],
    ['too many keys', { keys: Array.from({ length: 65 }, () => a) }],
    ['too long', `{"keys":[],"padding":"${'x'.repeat(300_000)}"}`],
  ])('that is %s is not taken; the known keys stay', async (_case, answer) => {
    await find('a');
    published = answer;
    clock.advance(REFRESH_AFTER_MS);
    await find('a');
    await settle();
    await settle();
    expect(troubles).toHaveLength(1);
    expect(await find('a')).toBe('found');
  });

  test('with a symmetric or a private key verifies nothing by the secret', async () => {
    published = { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a', alg: 'HS256' }, { ...b, d: 'secret' }, null, 7] };
    expect(await find('a')).toBe(UNKNOWN);
    expect(keys.fingerprint).not.toContain('secret');
  });
});
