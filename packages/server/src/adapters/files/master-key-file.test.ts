import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeMasterKey } from '../../ports/conformance/master-key-conformance.js';
import { LocalMasterKey } from '../master-key/local-master-key.js';
import { openMasterKeyFile, retireMasterKeyInFile, rotateMasterKeyFile } from './master-key-file.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-master-'));
  path = join(folder, 'keys', 'master');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openMasterKeyFile(path, randomBytes);

describeMasterKey('in a file', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'attestlog-master-')), 'master');
  const reopen = async () => new LocalMasterKey(await openMasterKeyFile(file, randomBytes), randomBytes);
  return {
    masterKey: await reopen(),
    reopen,
    async rotate() {
      await rotateMasterKeyFile(file, randomBytes);
      return reopen();
    },
    idFollowsRotation: true,
    stranger: async () => new LocalMasterKey([{ id: '001-00000000', key: randomBytes(32) }], randomBytes),
    dispose: () => rm(join(file, '..'), { recursive: true, force: true }),
  };
});

describe('the first start', () => {
  test('makes a key, for its owner alone, which is found again', async () => {
    const keys = await open();
    expect(await open()).toEqual(keys);
    expect(keys).toHaveLength(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'keys'))).toEqual(['master']);
  });

  test('of two processes makes one, also when the second one has already made its own', async () => {
    const other = join(folder, 'other');
    const [first] = await openMasterKeyFile(other, randomBytes);
    const keys = await openMasterKeyFile(path, (count) => {
      mkdirSync(join(path, '..'), { recursive: true });
      copyFileSync(other, path);
      return randomBytes(count);
    });
    expect(keys).toEqual([first]);
    expect(await open()).toEqual([first]);
  });

  test('of many processes at once makes one', async () => {
    const opened = await Promise.all(Array.from({ length: 10 }, open));
    expect(new Set(opened.map(([key]) => key!.id)).size).toBe(1);
    expect(await readdir(join(folder, 'keys'))).toEqual(['master']);
  });
});

describe('a file', () => {
  test.each([0o640, 0o604, 0o660, 0o601])('of mode %o is refused, with what to do', async (mode) => {
    await open();
    await chmod(path, mode);
    await expect(open()).rejects.toMatchObject({ kind: 'refused' });
    await expect(open()).rejects.toThrow('chmod 600');
  });

  test('that its owner may only read is a good one', async () => {
    const keys = await open();
    await chmod(path, 0o400);
    expect(await open()).toEqual(keys);
  });

  test.each([
    ['an empty one', () => ''],
    ['a torn one', (text: string) => text.slice(0, -1)],
    ['one with a changed key', (text: string) => text.replace(/(?<=\n\d{3}-.{8} )./, (c) => (c === 'A' ? 'B' : 'A'))],
    ['one with a key twice', (text: string) => `${text}${text.split('\n').at(-2)}\n`],
    ['one with another line', (text: string) => `${text}nonsense\n`],
  ])('that is damaged is told and never replaced: %s', async (_, damage) => {
    await open();
    const damaged = damage(await readFile(path, 'utf8'));
    await writeFile(path, damaged);
    await expect(open()).rejects.toMatchObject({ kind: 'corrupt' });
    await expect(rotateMasterKeyFile(path, randomBytes)).rejects.toMatchObject({ kind: 'corrupt' });
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });

  test('that cannot be read is no reason to make another one', async () => {
    await expect(openMasterKeyFile(folder, randomBytes)).rejects.toMatchObject({ name: 'PortFailure' });
  });
});

describe('rotation', () => {
  test('adds a newer key and keeps the others, with the file for its owner alone', async () => {
    const [first] = await open();
    const id = await rotateMasterKeyFile(path, randomBytes);
    const keys = await open();
    expect(keys[0]).toEqual(first);
    expect(keys[1]?.id).toBe(id);
    expect(id).toMatch(/^002-[0-9a-f]{8}$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'keys'))).toEqual(['master']);
  });

  test('never uses a number again', async () => {
    const [first] = await open();
    await rotateMasterKeyFile(path, randomBytes);
    const third = await rotateMasterKeyFile(path, randomBytes);
    await retireMasterKeyInFile(path, first!.id);
    expect(third).toMatch(/^003-/);
    expect(await rotateMasterKeyFile(path, randomBytes)).toMatch(/^004-/);
  });

  test('ends with the retirement of an old key, never of the newest or of one that there is none of', async () => {
    const [first] = await open();
    const second = await rotateMasterKeyFile(path, randomBytes);
    await expect(retireMasterKeyInFile(path, second)).rejects.toMatchObject({ kind: 'refused' });
    await expect(retireMasterKeyInFile(path, '009-00000000')).rejects.toMatchObject({ kind: 'refused' });
    await retireMasterKeyInFile(path, first!.id);
    expect((await open()).map(({ id }) => id)).toEqual([second]);
    expect(await readFile(path, 'utf8')).not.toContain(Buffer.from(first!.key).toString('base64'));
  });
});
