import { mkdirSync, mkdtempSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Author } from './author.js';
import { ChangeReader } from './change-reader.js';
import { FAN } from './fanotify-event.js';

const nobody: Author = { user: 'nobody', loginUser: undefined, processName: 'sh', processId: 7 };

describe.runIf(process.platform === 'linux')('who changed which path', () => {
  let root: string;
  /** Folders by the one byte of their handles here. */
  let folders: string[];
  let opened: number;
  let living: Map<number, Author>;
  let clock: number;
  let reader: ChangeReader;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'attestlog-reader-')));
    mkdirSync(join(root, 'd'));
    folders = [root, join(root, 'd'), tmpdir()];
    opened = 0;
    clock = 0;
    living = new Map([[7, nobody]]);
    const openByHandle = (_: number, handle: Buffer) => {
      opened++;
      const folder = folders[handle[0]!];
      return folder === undefined ? -1 : openSync(folder, 'r');
    };
    const library = { openByHandle, close: () => 0 };
    reader = new ChangeReader({ root, mount: 0, library, identify: (id) => living.get(id), now: () => clock });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const event = (folder: number, name: string, mask: number = FAN.MODIFY, processId = 7) =>
    reader.read({ mask, processId, handle: Buffer.from([folder]), name });

  it('is told for what lies below the root, and nothing else', () => {
    expect(event(0, 'a')).toEqual({ path: 'a', deeds: ['write'], authorship: { author: nobody } });
    expect(event(0, 'a', FAN.CREATE | FAN.MOVED_FROM)?.deeds).toEqual(['write', 'move']);
    expect(event(1, 'b')).toMatchObject({ path: 'd/b' });
    expect(event(1, '')).toMatchObject({ path: 'd' });
    expect(event(2, 'c')).toBeUndefined();
    expect(event(9, 'gone')).toBeUndefined();
  });

  it('remembers folders until one is moved', () => {
    event(1, 'a');
    event(1, 'b');
    expect(opened).toBe(1);
    renameSync(join(root, 'd'), join(root, 'e'));
    folders[1] = join(root, 'e');
    event(0, 'd', FAN.MOVED_FROM | FAN.ONDIR);
    expect(event(1, 'b')).toMatchObject({ path: 'e/b' });
  });

  it('remembers processes that have ended, by what they did or as what they were started', () => {
    event(0, 'a');
    living.set(8, { ...nobody, processId: 8 });
    event(2, 'ls', FAN.OPEN_EXEC, 8);
    event(2, 'ld-linux-x86-64.so.2', FAN.OPEN_EXEC, 8);
    living.clear();
    expect(event(0, 'b')?.authorship).toEqual({ author: nobody });
    expect(event(0, 'b', FAN.DELETE, 8)?.authorship.author).toMatchObject({ processName: 'ls', user: 'nobody' });
    expect(event(0, 'b', FAN.DELETE, 9)?.authorship).toEqual({ reason: 'process-gone' });
    clock += 60_001;
    expect(event(0, 'b')?.authorship).toEqual({ reason: 'process-gone' });
  });
});
