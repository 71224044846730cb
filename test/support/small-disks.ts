import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lack, lackOf } from './facility.js';

/** A mount namespace of its own; for whoever is not root, within a user namespace. */
const UNSHARE = process.getuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount'];
const NSENTER = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];

/** Why small disks cannot be mounted here, if so. */
export function lackOfSmallDisks(): Lack {
  return lackOf('unshare', [...UNSHARE, 'mount', '-t', 'tmpfs', 'attestlog-test', '/mnt']);
}

export interface SmallDisk {
  /** Folder on which it is mounted; made where it is absent. */
  path: string;
  mebibytes: number;
}

/**
 * File systems of a few MiB that only the processes of a test see. They live as long as a process that holds their
 * mount namespace; servers come and go in it.
 */
export class SmallDisks {
  readonly #holder: ChildProcess;

  /** Mounts them in their order, so that one may lie in another. */
  static async mount(disks: readonly SmallDisk[]): Promise<SmallDisks> {
    const commands = disks.map(
      ({ path, mebibytes }) => `mkdir -p '${path}' && mount -t tmpfs -o size=${mebibytes}m attestlog-test '${path}'`,
    );
    const script = `${commands.join(' && ')} && echo mounted && exec cat`;
    const holder = spawn('unshare', [...UNSHARE, 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [text] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
    if (String(text).trim() !== 'mounted') throw new Error(`the small disks could not be mounted: ${text}`);
    return new SmallDisks(holder);
  }

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** What to start a server under, so that it sees them. */
  get under(): string[] {
    return ['nsenter', ...NSENTER, '--mount', '--target', String(this.#holder.pid)];
  }

  /** The path under which this process sees a file of the namespace. */
  outside(path: string): string {
    return join(`/proc/${this.#holder.pid}/root`, path);
  }

  /** Takes up all room that is left on the disk of a folder, but for so many bytes. Resolves with the ballast's path. */
  async fill(folder: string, exceptBytes = 0): Promise<string> {
    const path = this.outside(join(folder, 'ballast'));
    const file = await open(path, 'w');
    const piece = Buffer.alloc(64 * 1024);
    let written = 0;
    try {
      for (;;) written += (await file.write(piece)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      await file.truncate(Math.max(0, written - exceptBytes));
    } finally {
      await file.close();
    }
    return path;
  }

  /** Removes the ballast of a folder. */
  async free(folder: string): Promise<void> {
    await rm(this.outside(join(folder, 'ballast')));
  }

  /** Unmounts them. Servers in them must have ended. */
  async dispose(): Promise<void> {
    const ended = once(this.#holder, 'exit');
    this.#holder.stdin!.end();
    await ended;
  }
}
