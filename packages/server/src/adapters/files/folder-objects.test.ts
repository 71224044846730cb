import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeObjects } from '../../ports/conformance/objects-conformance.js';
import { openFolderObjects } from './folder-objects.js';

describeObjects('folder', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'objects-'));
  const path = join(parent, 'made', 'on', 'open');
  let objects = await openFolderObjects({ path });
  return {
    objects,
    async reopen() {
      await objects.close();
      objects = await openFolderObjects({ path });
      return objects;
    },
    async dispose() {
      await objects.close();
      await rm(parent, { recursive: true });
    },
  };
});

test('what a process that died left unfinished is removed on opening, and never listed', async () => {
  const path = await mkdtemp(join(tmpdir(), 'objects-'));
  await mkdir(join(path, 'unfinished'), { recursive: true });
  await writeFile(join(path, 'unfinished', 'half'), 'ha');
  const objects = await openFolderObjects({ path });
  expect(await readdir(join(path, 'unfinished'))).toEqual([]);
  await objects.put('a', new Uint8Array(1));
  expect(await readdir(join(path, 'unfinished'))).toEqual([]);
  expect(await objects.list('', { limit: 9 })).toEqual(['a']);
  await objects.close();
  await rm(path, { recursive: true });
});

test('a folder that cannot be made is unavailable', async () => {
  const path = await mkdtemp(join(tmpdir(), 'objects-'));
  await writeFile(join(path, 'file'), '');
  await expect(openFolderObjects({ path: join(path, 'file', 'x') })).rejects.toMatchObject({ kind: 'unavailable' });
  await rm(path, { recursive: true });
});

test.skipIf(process.platform !== 'linux')(
  'a file that does not fit is full, leaves nothing behind (needs prlimit)',
  async () => {
    const limitFileSize = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
    const path = await mkdtemp(join(tmpdir(), 'objects-'));
    const objects = await openFolderObjects({ path });
    await objects.put('a', new Uint8Array([1]));
    limitFileSize(100_000);
    try {
      await expect(objects.put('a', new Uint8Array(500_000))).rejects.toMatchObject({ kind: 'full' });
    } finally {
      limitFileSize('unlimited');
    }
    expect(await readdir(join(path, 'unfinished'))).toEqual([]);
    expect(await objects.size('a')).toBe(1);
    await objects.put('a', new Uint8Array(500_000));
    expect(await objects.size('a')).toBe(500_000);
    await objects.close();
    await rm(path, { recursive: true });
  },
);
