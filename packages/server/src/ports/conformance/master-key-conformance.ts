import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MasterKey, WRAPPED_KEY_MAX_BYTES } from '../master-key.js';
import type { MasterKeyHarness } from './master-key-harness.js';

const CONTEXT = 'tenant-key:acme:1';
const key = (size = 32, first = 1) => Uint8Array.from({ length: size }, (_, i) => (first + i) % 256);
const corrupt = { kind: 'corrupt' };
const refused = { kind: 'refused' };

/** Tests what the port promises. `open` gives a new master key. */
export function describeMasterKey(name: string, open: () => Promise<MasterKeyHarness>): void {
  describe(`${name}: master key`, () => {
    const context = { harness: undefined as unknown as MasterKeyHarness };
    beforeEach(async () => {
      context.harness = await open();
    });
    afterEach(() => context.harness.dispose());

    describeWrapping(() => context.harness.masterKey, context);
    describeTampering(() => context.harness.masterKey, context);
    describeRotation(context);
    describeEnd(() => context.harness.masterKey);
  });
}

interface Context {
  harness: MasterKeyHarness;
}

function describeWrapping(masterKey: () => MasterKey, context: Context): void {
  test('a wrapped key comes back as it was, also after opening again', async () => {
    for (const size of [1, 32, 33, WRAPPED_KEY_MAX_BYTES]) {
      const wrapped = await masterKey().wrap(key(size), CONTEXT);
      expect(await masterKey().unwrap(wrapped, CONTEXT)).toEqual(key(size));
      context.harness.masterKey = await context.harness.reopen();
      expect(await masterKey().unwrap(wrapped, CONTEXT)).toEqual(key(size));
    }
  });

  test('what is handed in and out is the caller’s own', async () => {
    const mine = new Uint8Array([1, 2, 3]);
    const wrapped = await masterKey().wrap(mine.subarray(1), CONTEXT);
    mine.fill(9);
    const back = await masterKey().unwrap(wrapped, CONTEXT);
    back.fill(9);
    expect([...(await masterKey().unwrap(wrapped, CONTEXT))]).toEqual([2, 3]);
  });

  test('the wrapped form shows nothing of the key, and no two are alike', async () => {
    const wrapped = await Promise.all(Array.from({ length: 8 }, () => masterKey().wrap(key(), CONTEXT)));
    expect(new Set(wrapped.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(8);
    for (const bytes of wrapped) {
      const text = Buffer.from(bytes);
      expect(text.includes(Buffer.from(key()))).toBe(false);
      expect(text.includes(Buffer.from(key()).toString('base64').slice(0, 40))).toBe(false);
    }
  });

  test('its id names it in letters of a registry document, and stays', async () => {
    const { id } = masterKey();
    expect(id).toMatch(/^[\x21-\x7e]{1,512}$/);
    await masterKey().wrap(key(), CONTEXT);
    expect(masterKey().id).toBe(id);
    expect((await context.harness.reopen()).id).toBe(id);
  });

  test('a key without a byte, or with too many, is refused', async () => {
    await expect(masterKey().wrap(new Uint8Array(), CONTEXT)).rejects.toMatchObject(refused);
    await expect(masterKey().wrap(key(WRAPPED_KEY_MAX_BYTES + 1), CONTEXT)).rejects.toMatchObject(refused);
  });
}

function describeTampering(masterKey: () => MasterKey, context: Context): void {
  test('only its own context unwraps it', async () => {
    const wrapped = await masterKey().wrap(key(), CONTEXT);
    for (const other of ['', 'tenant-key:acme:2', `${CONTEXT} `, 'TENANT-KEY:acme:1']) {
      await expect(masterKey().unwrap(wrapped, other)).rejects.toMatchObject(corrupt);
    }
  });

  test('no changed byte, and no other length, unwraps', async () => {
    const wrapped = await masterKey().wrap(key(), CONTEXT);
    // Every byte of a short one, some of a long one: a service is asked for each.
    const step = Math.max(1, Math.floor(wrapped.length / 40));
    for (let at = 0; at < wrapped.length; at += step) {
      const changed = Uint8Array.from(wrapped);
      changed[at] = (changed[at] as number) ^ 1;
      await expect(masterKey().unwrap(changed, CONTEXT), `byte ${at}`).rejects.toMatchObject(corrupt);
    }
    for (const other of [
      new Uint8Array(),
      wrapped.subarray(1),
      wrapped.subarray(0, -1),
      Buffer.concat([wrapped, key(1)]),
    ]) {
      await expect(masterKey().unwrap(other, CONTEXT)).rejects.toMatchObject(corrupt);
    }
  });

  test('another master key does not unwrap it', async () => {
    const stranger = await context.harness.stranger();
    const wrapped = await stranger.wrap(key(), CONTEXT);
    await expect(masterKey().unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ name: 'PortFailure' });
    await stranger.close();
  });
}

function describeRotation(context: Context): void {
  test('a rotation changes what wraps, and everything wrapped before still unwraps', async () => {
    const wrapped: Uint8Array[] = [];
    const ids = new Set<string>();
    for (let round = 1; round <= 3; round += 1) {
      const { masterKey } = context.harness;
      ids.add(masterKey.id);
      wrapped.push(await masterKey.wrap(key(32, round), `c:${round}`));
      context.harness.masterKey = await context.harness.rotate();
    }
    for (const [place, bytes] of wrapped.entries()) {
      expect(await context.harness.masterKey.unwrap(bytes, `c:${place + 1}`)).toEqual(key(32, place + 1));
    }
    expect(ids.size).toBe(context.harness.idFollowsRotation ? 3 : 1);
  });
}

function describeEnd(masterKey: () => MasterKey): void {
  test('later calls fail with closed', async () => {
    const wrapped = await masterKey().wrap(key(), CONTEXT);
    await masterKey().close();
    await expect(masterKey().wrap(key(), CONTEXT)).rejects.toMatchObject({ kind: 'closed' });
    await expect(masterKey().unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ kind: 'closed' });
  });
}
