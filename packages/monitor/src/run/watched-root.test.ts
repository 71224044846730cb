import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkTarget } from './link-target.js';
import { locationOf, pathBelow, rulesOf, watchedRoot } from './watched-root.js';

const usual = { recursive: true, defaults: false, rules: [], own: [] };

describe('what is watched', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'attestlog-root-')));
    mkdirSync(join(folder, 'd'));
    writeFileSync(join(folder, 'd', 'f'), '');
    symlinkSync('d', join(folder, 'link'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is a folder, or a file alone in its folder', async () => {
    expect(await watchedRoot(join(folder, 'link'))).toEqual({ folder: join(folder, 'd'), only: undefined });
    const root = await watchedRoot(join(folder, 'd', 'f'));
    expect(root).toEqual({ folder: join(folder, 'd'), only: 'f' });
    const ignored = rulesOf(root, usual);
    expect([ignored('', 'directory'), ignored('f', 'file'), ignored('g', 'file')]).toEqual([false, false, true]);
    await expect(watchedRoot(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('goes down only where that is wanted, and never to what is the monitor’s', () => {
    const root = { folder, only: undefined };
    expect(rulesOf(root, usual)('d/f', 'file')).toBe(false);
    const flat = rulesOf(root, { ...usual, recursive: false });
    expect([flat('d', 'directory'), flat('d/f', 'file')]).toEqual([false, true]);
    const own = rulesOf(root, { ...usual, own: [join(folder, 'd'), '/elsewhere', `${folder}/..`] });
    expect([own('d', 'directory'), own('d/f', 'file'), own('e', 'file')]).toEqual([true, true, false]);
  });

  it('tells where links point to without following them', async () => {
    const to = async (target: string) => {
      const link = join(folder, 'd', 'l');
      rmSync(link, { force: true });
      symlinkSync(target, link);
      return (await linkTarget(folder, link))?.isOutside;
    };
    expect(await to('f')).toBe(false);
    expect(await to('..')).toBe(false);
    expect(await to('../..')).toBe(true);
    expect(await to('/etc/passwd')).toBe(true);
    expect(await linkTarget(folder, join(folder, 'none'))).toBeUndefined();
  });

  it('has names that are no text', () => {
    expect(locationOf('/a', 'b', undefined)).toBe('/a/b');
    expect(locationOf('/a', 'b�', Buffer.from('b\xff', 'latin1'))).toEqual(Buffer.from('/a/b\xff', 'latin1'));
    expect(pathBelow('/a', '/ab')).toBeUndefined();
  });
});
