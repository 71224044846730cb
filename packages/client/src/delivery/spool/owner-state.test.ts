import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { spoolFolders } from '../../../testing/spool-folder.js';
import { lockState, OwnerLock } from './owner-lock.js';
import { OWNER_FILE, type Owner, OwnerWatch } from './owner-state.js';
import { ownIdentity } from './process-identity.js';

const newFolder = spoolFolders();
const self = ownIdentity();

describe('the lock of a folder', () => {
  test('is held until it is released, also in a folder too deep for the path of a socket', async () => {
    const folder = join(await newFolder(), 'x'.repeat(120));
    mkdirSync(folder);
    expect(await lockState(folder)).toBe('free');
    const lock = OwnerLock.take(folder);
    expect(await lockState(folder)).toBe('held');
    await lock!.release();
    expect(await lockState(folder)).toBe('free');
  });

  test('is held by a process that is stopped, and free when it is killed', async () => {
    const folder = await newFolder();
    const program = `require('node:net').createServer().listen({ path: '/proc/self/fd/3/lock' }, () => console.log('up'))`;
    const { open } = await import('node:fs/promises');
    const handle = await open(folder, 'r');
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit', handle.fd] });
    try {
      await once(child.stdout!, 'data');
      child.kill('SIGSTOP');
      expect(await lockState(folder)).toBe('held');
    } finally {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await handle.close();
    }
    expect(await lockState(folder)).toBe('free');
  });

  test('of a folder that is not there cannot be asked for', async () => {
    expect(await lockState(join(await newFolder(), 'absent'))).toBe('unknown');
  });
});

describe('the owner of a spool', () => {
  async function folderOf(owner: Partial<Owner> | undefined): Promise<string> {
    const folder = await newFolder();
    const text = owner === undefined ? '{"cut' : JSON.stringify({ ...self, lock: 'socket', ...owner });
    writeFileSync(join(folder, OWNER_FILE), text);
    return folder;
  }
  const isGone = async (owner: Partial<Owner>) => new OwnerWatch(self, () => 0).isGone(await folderOf(owner));

  test.each<[string, boolean, Partial<Owner>]>([
    ['without its lock', true, {}],
    ['on this machine before it was restarted', true, { kernel: 'another' }],
    ['on another machine, seen for the first time', false, { kernel: 'another', machine: 'another' }],
    ['by its number and start', false, { lock: 'process' }],
    ['by its number, which another process has now', true, { lock: 'process', started: '1' }],
    ['in a container that shares the kernel only', false, { lock: 'process', pidNamespace: 'another', started: '1' }],
  ])('%s: gone is %s', async (_what, expected, owner) => {
    expect(await isGone(owner)).toBe(expected);
  });

  test.each([
    ['of another machine', { kernel: 'another', machine: 'another' }],
    ['that cannot be read', undefined],
  ])('%s is gone after its file did not change for five minutes of our own clock', async (_what, owner) => {
    const folder = await folderOf(owner);
    let nowMs = 0;
    const watch = new OwnerWatch(self, () => nowMs);
    const after = async (milliseconds: number) => {
      nowMs += milliseconds;
      return watch.isGone(folder);
    };
    expect(await after(0)).toBe(false);
    expect(await after(299_000)).toBe(false);
    utimesSync(join(folder, OWNER_FILE), 1, 1);
    expect(await after(299_000)).toBe(false);
    expect(await after(299_000)).toBe(false);
    expect(await after(1000)).toBe(true);
  });
});
