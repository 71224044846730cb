import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContentCache } from './content-cache.js';

const checksum = (text: string) => createHash('sha256').update(text).digest('hex');
const BLOCK = 4_096;

describe('a cache of contents', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attestlog-contents-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives back what it keeps, also when it is opened again, to nobody but its user', async () => {
    const cache = await ContentCache.open(join(folder, 'c'), 10 * BLOCK);
    await cache.put(checksum('a'), 'text a\n');
    const again = await ContentCache.open(join(folder, 'c'), 10 * BLOCK);
    expect(await again.get(checksum('a'))).toBe('text a\n');
    expect(await again.get(checksum('b'))).toBeUndefined();
    expect((await stat(join(folder, 'c'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'c', checksum('a')))).mode & 0o777).toBe(0o600);
  });

  it('holds to its bound by dropping what was used longest ago', async () => {
    const cache = await ContentCache.open(folder, 3 * BLOCK);
    for (const name of ['a', 'b', 'c']) await cache.put(checksum(name), name);
    await cache.get(checksum('a'));
    await cache.put(checksum('d'), 'd');
    expect(['a', 'b', 'c', 'd'].filter((name) => cache.has(checksum(name)))).toEqual(['a', 'c', 'd']);
    expect(await readdir(folder)).toHaveLength(3);
    expect(cache.bytes).toBe(3 * BLOCK);
    const smaller = await ContentCache.open(folder, BLOCK);
    expect(await readdir(folder)).toHaveLength(1);
    await smaller.put(checksum('e'), randomBytes(6_000).toString('base64'));
    expect(smaller.has(checksum('e'))).toBe(false);
  });

  it('does without what is damaged or gone, and leaves alone what is not its own', async () => {
    const cache = await ContentCache.open(folder, 10 * BLOCK);
    await cache.put(checksum('a'), 'a'.repeat(1_000));
    await cache.put(checksum('b'), 'b');
    await truncate(join(folder, checksum('a')), 8);
    await rm(join(folder, checksum('b')));
    await writeFile(join(folder, 'precious'), 'x');
    expect(await cache.get(checksum('a'))).toBeUndefined();
    expect(await cache.get(checksum('b'))).toBeUndefined();
    expect(cache.bytes).toBe(0);
    await ContentCache.open(folder, 0);
    expect(await readdir(folder)).toEqual(['precious']);
  });
});
