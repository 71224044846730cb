import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { created, fileStat } from '../../testing/records.js';
import { fileSystemReader } from '../watch/tree-reader.js';
import type { PlaceNow } from '../watch/watch-tree.js';
import { laterLocation } from './later-location.js';

describe('where a file is that is not where its record says', () => {
  let folder: string;
  let place: PlaceNow | undefined;
  const at = (path: string) => join(folder, path);
  const change = created({ path: 'd/f', stat: fileStat({}) });
  /** @param meanwhile what happens while the watch is given time to catch up */
  const later = (meanwhile: () => void = () => {}) =>
    laterLocation(change, at('d/f'), {
      folder,
      watch: { placeOf: () => place, caughtUp: async () => meanwhile() },
      sleep: () => new Promise(() => {}),
    });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attestlog-later-'));
    mkdirSync(at('d'));
    const directoryInode = fileSystemReader.look(at('d'))!.inode;
    place = { path: 'd/f', directoryInode };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is below the new name of its directory', async () => {
    place = { path: 'e/f', directoryInode: 0n };
    expect(await later()).toBe(at('e/f'));
  });

  it('is nowhere once it is the file that went, or its directory is gone', async () => {
    expect(await later()).toBeUndefined();
    rmSync(at('d'), { recursive: true });
    expect(await later(() => (place = undefined))).toBeUndefined();
  });

  it('waits until it is known what its directory is called, also where another one has taken its place', async () => {
    renameSync(at('d'), at('e'));
    mkdirSync(at('d'));
    writeFileSync(at('d/f'), 'another');
    const known = () => (place = { path: 'e/f', directoryInode: place!.directoryInode });
    expect(await later(known)).toBe(at('e/f'));
    place = { path: 'd/f', directoryInode: 0n };
    expect(await later(), 'it is not waited for ever').toBeUndefined();
  });
});
