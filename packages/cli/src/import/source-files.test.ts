import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSources } from './source-files.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-sources-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('finds the files of a folder in a fixed order, each once, without going in circles', async () => {
  await mkdir(join(folder, 'b'));
  for (const name of ['c.json', 'b/x.log.gz', 'b/readme.txt', 'a.NDJSON']) await writeFile(join(folder, name), 'x');
  await symlink(folder, join(folder, 'b', 'loop.json'));
  const found = await findSources([folder, join(folder, 'c.json'), join(folder, 'b', 'readme.txt')]);
  const names = ['a.NDJSON', 'b/x.log.gz', 'c.json', 'b/readme.txt'];
  expect(found.map(({ path }) => path)).toEqual(names.map((name) => join(folder, name)));
  expect(found.map(({ size }) => size)).toEqual([1, 1, 1, 1]);
});
