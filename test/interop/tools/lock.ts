import { readFile, rm, writeFile } from 'node:fs/promises';
import { eventually } from '../../support/eventually.js';

const MAX_WAIT_MS = 600_000;

/** Runs `work` while no other process runs its own under the same lock file. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await eventually(`the lock ${path}`, () => take(path), MAX_WAIT_MS);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<true | undefined> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    // One that was killed has left its lock behind.
    if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
