import { closeSync, openSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';

const LOCK = 'lock';
/** Paths of sockets are this short at most (sun_path of macOS; Linux has 108). */
const SOCKET_PATH_MAX_BYTES = 103;

/**
 * The lock of a spool that ends with its process, however that ends: a socket in the spool's folder that the process
 * listens on. The kernel closes it with the process, after which connecting is refused; no time-out, no clock and no
 * process number is involved. It holds between containers of one machine, too: the kernel finds a socket by its file.
 * A process that is stopped or busy still holds it, since the kernel takes connections for it.
 */
export class OwnerLock {
  readonly #server: Server;
  readonly #folderFd: number | undefined;

  /** Takes the lock of a folder that no other process knows yet; undefined where sockets cannot be had. */
  static take(folder: string): OwnerLock | undefined {
    const { path, fd } = socketPath(folder);
    if (path === undefined) return undefined;
    const server = createServer((socket) => socket.destroy());
    server.on('error', () => undefined);
    // Not through the primary of a cluster: the socket must end with this process, not with that one.
    server.listen({ path, exclusive: true });
    server.unref();
    if (server.listening) return new OwnerLock(server, fd);
    if (fd !== undefined) closeSync(fd);
    server.close();
    return undefined;
  }

  private constructor(server: Server, folderFd: number | undefined) {
    this.#server = server;
    this.#folderFd = folderFd;
  }

  async release(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
    if (this.#folderFd !== undefined) closeSync(this.#folderFd);
  }
}

/** Whether a process holds the lock of a folder. `unknown`: the system does not let us ask. */
export async function lockState(folder: string): Promise<'held' | 'free' | 'unknown'> {
  let address: { path: string | undefined; fd: number | undefined };
  try {
    address = socketPath(folder);
  } catch {
    return 'unknown';
  }
  const { path, fd } = address;
  if (path === undefined) return 'unknown';
  try {
    return await new Promise((resolve) => {
      const socket = createConnection({ path });
      socket.once('connect', () => {
        socket.destroy();
        resolve('held');
      });
      socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(stateOf(code)));
    });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function stateOf(code: string | undefined): 'held' | 'free' | 'unknown' {
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'free';
  // So many have asked a process that is stopped that the kernel keeps no more of them (connect(2)).
  return code === 'EAGAIN' ? 'held' : 'unknown';
}

/** A path short enough for the lock of a folder: on Linux through a descriptor of the folder, however deep that lies. */
function socketPath(folder: string): { path: string | undefined; fd: number | undefined } {
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\attestlog-${nameOf(folder)}`, fd: undefined };
  if (process.platform === 'linux') {
    const fd = openSync(folder, 'r');
    return { path: `/proc/self/fd/${fd}/${LOCK}`, fd };
  }
  const path = join(folder, LOCK);
  return { path: Buffer.byteLength(path) > SOCKET_PATH_MAX_BYTES ? undefined : path, fd: undefined };
}

/** A pipe of Windows has its name from the start; the folder is renamed once. */
function nameOf(folder: string): string {
  return basename(folder).replace(/^new-/, '');
}
