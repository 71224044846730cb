import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DEBIAN_FOLDER = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;
/** The "port" in the name of a cluster's socket. */
export const PORT = 5432;

/** A PostgreSQL of its own in a temporary folder, reachable through a socket in that folder only. */
export interface PostgresCluster {
  /** Folder of the socket, and number of the "port" in its name. */
  sockets: string;
  port: number;
  /** Of the process that all others of the cluster are children of. */
  pid: number;
  stop(): Promise<void>;
}

/** Where the newest PostgreSQL of Debian's packages is, or undefined where there is none. */
export function findPostgres(): string | undefined {
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  const versions = readdirSync(DEBIAN_FOLDER).sort((a, b) => Number(b) - Number(a));
  const folder = join(DEBIAN_FOLDER, versions[0] ?? '', 'bin');
  return existsSync(join(folder, 'initdb')) ? folder : undefined;
}

/** Makes and starts a cluster. */
export async function startPostgres(programs: string): Promise<PostgresCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'attestlog-bench-postgres-'));
  const user = userOfPostgres();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  execFileSync(join(programs, 'initdb'), initdbArgs(data), { ...user, stdio: 'ignore', cwd: folder });
  const settings = {
    ...socketSettings(folder),
    synchronous_commit: 'on',
    shared_buffers: '1GB',
    max_wal_size: '8GB',
    checkpoint_timeout: '15min',
  };
  const server = spawn(join(programs, 'postgres'), serverArgs(data, settings), {
    ...user,
    stdio: 'ignore',
    cwd: folder,
  });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      // "Fast shutdown": sessions are ended, data is written out.
      server.kill('SIGINT');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const begun = performance.now();
  while (!isReady(programs, folder)) {
    if (server.exitCode !== null || performance.now() - begun > START_LIMIT_MS) {
      await stop();
      throw new Error('PostgreSQL did not start');
    }
    await sleep(100);
  }
  return { sockets: folder, port: PORT, pid: server.pid!, stop };
}

function isReady(programs: string, sockets: string): boolean {
  try {
    execFileSync(join(programs, 'pg_isready'), ['-q', '-h', sockets, '-p', String(PORT)]);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root; it then runs as the user that Debian's package made. Undefined: as who runs this. */
export function userOfPostgres(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Arguments of `initdb` for a cluster that trusts whoever reaches its socket. */
export function initdbArgs(data: string): string[] {
  return ['-D', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
}

/** Settings by which a cluster is reached through a socket in the folder only. */
export function socketSettings(folder: string): Record<string, string> {
  return { listen_addresses: '', unix_socket_directories: folder, port: String(PORT) };
}

/** Arguments of `postgres`. @param settings as in postgresql.conf */
export function serverArgs(data: string, settings: Readonly<Record<string, string>>): string[] {
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
