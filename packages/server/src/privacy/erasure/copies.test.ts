import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryKeys } from '../../../testing/memory-keys.js';
import { ADMINISTRATOR, eventOf, MemoryPrivacy, PrivacyWorld, TENANT } from '../../../testing/memory-privacy.js';
import { openMasterKeyFile, retireMasterKeyInFile, rotateMasterKeyFile } from '../../adapters/files/master-key-file.js';
import { openLmdbRegistry } from '../../adapters/lmdb/lmdb-registry.js';
import { LocalMasterKey } from '../../adapters/master-key/local-master-key.js';
import type { Registry } from '../../ports/registry.js';
import type { StoredEntry } from '../../ports/store.js';
import { KeyRotation } from '../keys/key-rotation.js';

/** A person's data in copies that were made before the erasure, with a registry and a master key on a real disk. */
let folder: string;
let world: PrivacyWorld;
let registry: Registry;
let privacy: MemoryPrivacy;
let copiedRows: StoredEntry[];

const masterFile = () => join(folder, 'keys', 'master');
const masterKey = async (path = masterFile()) =>
  new LocalMasterKey(await openMasterKeyFile(path, randomBytes), randomBytes);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-copies-'));
  world = new PrivacyWorld();
  await start();
  await privacy.record(eventOf('u1'));
  await privacy.record(eventOf('u2'));
  copiedRows = structuredClone(world.rows);
  await registry.close();
  await cp(join(folder, 'registry'), join(folder, 'registry-copy'), { recursive: true });
  await start();
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  registry = await openLmdbRegistry({ path: join(folder, 'registry') });
  privacy = new MemoryPrivacy(world, { masterKey: await masterKey(), registry });
}

/** What a reader who may see everything gets of the copied rows, by a registry. */
async function readCopies(from: Registry): Promise<string[]> {
  const node = new MemoryPrivacy(new PrivacyWorld(), { masterKey: await masterKey(), registry: from });
  const shown = await node.personalData.show(TENANT, copiedRows, { ...ADMINISTRATOR, mayUnmask: () => true });
  return shown.map((fields) => fields.map((field) => (field.state === 'open' ? field.value : field.state)).join());
}

async function readCopiesWithCopiedRegistry(): Promise<string[]> {
  const copy = await openLmdbRegistry({ path: join(folder, 'registry-copy') });
  try {
    return await readCopies(copy);
  } finally {
    await copy.close();
  }
}

describe('a copy of the events from before an erasure', () => {
  test('is readable as long as nobody is erased', async () => {
    expect(await readCopies(registry)).toEqual([
      'u1@example.com,Name of u1,192.0.2.7',
      'u2@example.com,Name of u2,192.0.2.7',
    ]);
  });

  test('cannot be read with the keys that are left, and holds no value in clear', async () => {
    await privacy.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    expect(await readCopies(registry)).toEqual(['erased,erased,erased', 'u2@example.com,Name of u2,192.0.2.7']);
    for (const { entry, sealed } of copiedRows) {
      for (const value of ['u1@example.com', 'Name of', '192.0.2.7']) {
        expect(Buffer.from(entry).toString() + sealed).not.toContain(value);
      }
    }
  });

  test('can still be read together with a copy of the registry and the master key: those have to be kept apart', async () => {
    await privacy.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    expect((await readCopiesWithCopiedRegistry())[0]).toBe('u1@example.com,Name of u1,192.0.2.7');
  });

  test('cannot be read even so, once the keys above were replaced and the old master key retired', async () => {
    await privacy.erasures.request(TENANT, { identifiers: ['u1'] }, ADMINISTRATOR);
    const [first] = await openMasterKeyFile(masterFile(), randomBytes);
    await rotateMasterKeyFile(masterFile(), randomBytes);
    const { tenantKeys } = new MemoryKeys({ registry, masterKey: await masterKey() });
    const parts = { registry, masterKey: await masterKey(), tenantKeys, random: randomBytes, retireAfterMs: 0 };
    const rotation = new KeyRotation(parts);
    await rotation.rotateTenantKey(TENANT, '2025-10-06T12:00:00Z');
    await rotation.dropRetired(TENANT, Date.parse('2025-10-06T13:00:00Z'));
    await rotation.rewrapTenantKeys();
    await retireMasterKeyInFile(masterFile(), first!.id);
    const outcome = await readCopiesWithCopiedRegistry().catch((error: { code: string }) => error.code);
    expect(outcome).toBe('data-corrupt');
    expect(await readCopies(registry)).toEqual(['erased,erased,erased', 'u2@example.com,Name of u2,192.0.2.7']);
  });
});

test('no file of a data folder holds a value of a sealed field or a key in clear', async () => {
  const { subjects } = await privacy.keys.subjectKeys.keysFor(TENANT, ['u1']);
  const { versions } = await privacy.keys.tenantKeys.get(TENANT);
  await registry.close();
  const secrets = [subjects.get('u1')!.key, ...versions.values()].map((key) => Buffer.from(key));
  for (const name of await readdir(folder, { recursive: true })) {
    const bytes = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
    for (const secret of secrets) {
      expect(bytes.includes(secret), name).toBe(false);
      expect(bytes.includes(secret.toString('base64').slice(0, 40)), name).toBe(false);
    }
    for (const value of ['u1@example.com', 'Name of u1']) expect(bytes.includes(value), name).toBe(false);
  }
  registry = await openLmdbRegistry({ path: join(folder, 'registry') });
});
