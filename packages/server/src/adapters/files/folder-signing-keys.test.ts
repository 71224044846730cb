import { createPublicKey, type KeyObject } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519PublicKey } from '@attestlog/tlog';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addKey, FolderSigningKeys, retireKey } from './folder-signing-keys.js';

let path: string;
let folder: string;

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'attestlog-keys-')), 'keys');
  folder = join(path, 'deployment');
});
afterEach(() => rm(join(path, '..'), { recursive: true, force: true }));

/** The public keys of a set, as hex: those that sign, and those that signed once. */
async function load(per: 'deployment' | 'tenant' = 'deployment', tenant = 'acme'): Promise<[string[], string[]]> {
  const { active, retired } = await new FolderSigningKeys(path, per).keysOf(tenant);
  const hex = (key: KeyObject) => Buffer.from(ed25519PublicKey(key)).toString('hex');
  return [active.map(hex), retired.map(hex)];
}

test('the first key is made on first use, for its owner alone, and found again', async () => {
  const [active] = await load();
  expect(await load()).toEqual([active, []]);
  const [file, ...others] = await readdir(folder);
  expect(others).toEqual([]);
  expect(file).toBe(`001-${active[0]!.slice(0, 8)}.pem`);
  expect((await stat(join(folder, file!))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('tenants share the deployment’s key, or have one each', async () => {
  expect(await load('deployment', 'a')).toEqual(await load('deployment', 'b'));
  expect(await load('tenant', 'a')).not.toEqual(await load('tenant', 'b'));
  expect((await readdir(path)).sort()).toEqual(['deployment', 'tenant-a', 'tenant-b']);
});

test('many who ask first at once get one key', async () => {
  const keys = new FolderSigningKeys(path, 'deployment');
  await Promise.all(Array.from({ length: 10 }, (_, i) => keys.keysOf(`t${i}`)));
  expect(await readdir(folder)).toHaveLength(1);
});

describe('rotation', () => {
  test('adds a newer key beside the first, whose file stays as it was', async () => {
    const [[first]] = await load();
    const [firstFile] = await readdir(folder);
    const before = await readFile(join(folder, firstFile!), 'utf8');
    const name = await addKey(folder);
    const [active] = await load();
    expect(active).toEqual([expect.stringContaining(name.slice(4)), first]);
    expect(await readFile(join(folder, firstFile!), 'utf8')).toBe(before);
    expect(name).toMatch(/^002-/);
  });

  test('goes on in order beyond nine keys, and never uses a number again', async () => {
    for (let i = 0; i < 11; i++) await addKey(folder);
    const [active] = await load();
    const names = (await readdir(folder)).sort().reverse();
    expect(active.map((key) => key.slice(0, 8))).toEqual(names.map((name) => name.slice(4, 12)));
    await retireKey(folder, names[0]!.replace('.pem', ''));
    expect(await addKey(folder)).toMatch(/^012-/);
  });
});

describe('retirement', () => {
  test('destroys the private key and keeps the public one', async () => {
    const [[first]] = await load();
    const [firstFile] = await readdir(folder);
    await addKey(folder);
    const [[second]] = await load();
    await retireKey(folder, firstFile!.replace('.pem', ''));
    expect(await load()).toEqual([[second], [first]]);
    expect(await readdir(folder)).not.toContain(firstFile);
  });

  test('of the only key, or of none that there is, is refused', async () => {
    await load();
    const [file] = await readdir(folder);
    await expect(retireKey(folder, file!.replace('.pem', ''))).rejects.toMatchObject({ kind: 'refused' });
    await expect(retireKey(folder, '009-00000000')).rejects.toMatchObject({ kind: 'refused' });
    await expect(retireKey(folder, '../deployment/001')).rejects.toMatchObject({ kind: 'refused' });
    expect(await readdir(folder)).toEqual([file]);
  });

  test('that was cut off in the middle leaves the key signing, once, and can be made again', async () => {
    const name = await addKey(folder);
    await addKey(folder);
    const key = createPublicKey(await readFile(join(folder, `${name}.pem`), 'utf8'));
    await writeFile(join(folder, `${name}.pub`), key.export({ type: 'spki', format: 'pem' }));
    const [active, retired] = await load();
    expect([active.length, retired.length]).toEqual([2, 0]);
    await retireKey(folder, name);
    const [left, gone] = await load();
    expect([left.length, gone.length]).toEqual([1, 1]);
  });
});

test('files of other names are not keys', async () => {
  const [[first]] = await load();
  const [file] = await readdir(folder);
  for (const name of ['001.pem', `${file}.bak`, `${file}.0b5c-unfinished`, 'notes.txt']) {
    await copyFile(join(folder, file!), join(folder, name));
  }
  expect(await load()).toEqual([[first], []]);
});

test('a damaged key is told at each use, not replaced', async () => {
  await load();
  const [file] = await readdir(folder);
  await writeFile(join(folder, file!), 'torn');
  const keys = new FolderSigningKeys(path, 'deployment');
  await expect(keys.keysOf('acme')).rejects.toThrow();
  await expect(keys.keysOf('acme')).rejects.toThrow();
  expect(await readFile(join(folder, file!), 'utf8')).toBe('torn');
});
