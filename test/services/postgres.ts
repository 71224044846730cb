import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  findPostgres,
  initdbArgs,
  PORT,
  serverArgs,
  socketSettings,
  userOfPostgres,
} from '../../bench/src/rivals/postgres-cluster.js';
import { eventually } from '../support/eventually.js';
import type { Lack } from '../support/facility.js';

const run = promisify(execFile);

/** Why there is no PostgreSQL here; undefined when there is. */
export function lackOfPostgres(): Lack {
  return findPostgres() === undefined ? 'PostgreSQL (Debian: postgresql) is not installed' : undefined;
}

type PostgresServer = ReturnType<typeof startServer>;

/** Clusters that run now: a test that hangs and is given up must not leave one behind. */
const running = new Set<PostgresServer>();
process.on('exit', () => {
  for (const server of running) server.kill('SIGQUIT');
});

/** A PostgreSQL of a test's own in a temporary folder, reachable through a socket in that folder only. */
export class Postgres {
  readonly #programs: string;
  readonly #folder: string;
  readonly #user: { uid: number; gid: number } | undefined;
  readonly #settings: Record<string, string>;
  #server: PostgresServer | undefined;

  /** @param settings of postgresql.conf, over the ones for a small and quick cluster */
  static async start(settings: Record<string, string> = {}): Promise<Postgres> {
    const programs = findPostgres();
    if (programs === undefined) throw new Error(lackOfPostgres());
    const folder = await mkdtemp(join(tmpdir(), 'attestlog-postgres-'));
    const user = userOfPostgres();
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    const postgres = new Postgres(programs, folder, user, settings);
    await run(join(programs, 'initdb'), [...initdbArgs(join(folder, 'data')), '--no-sync'], { ...user, cwd: folder });
    await postgres.startAgain();
    return postgres;
  }

  private constructor(
    programs: string,
    folder: string,
    user: { uid: number; gid: number } | undefined,
    settings: Record<string, string>,
  ) {
    this.#programs = programs;
    this.#folder = folder;
    this.#user = user;
    this.#settings = {
      ...socketSettings(folder),
      shared_buffers: '32MB',
      max_connections: '60',
      ...settings,
    };
  }

  /** For `pg`. */
  get address(): { host: string; port: number; user: string; database: string } {
    return { host: this.#folder, port: PORT, user: 'postgres', database: 'postgres' };
  }

  /** A pool whose broken connections are no failure of the test. To be ended by the caller. */
  pool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ ...this.address, ...options });
    pool.on('error', () => undefined);
    return pool;
  }

  /** Starts it after a stop or a kill, and waits until it takes connections. */
  async startAgain(): Promise<void> {
    await eventually('PostgreSQL takes connections', async () => {
      // What a killed one left behind (its processes, shared memory) may keep it from starting for a moment.
      if (this.#server === undefined || this.#server.exitCode !== null) this.#launch();
      return takesConnections(this.address);
    });
  }

  /** `fast`: sessions are ended. `immediate`: as after a crash. `kill`: the first process dies without a word. */
  async stop(how: 'fast' | 'immediate' | 'kill' = 'fast'): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(({ fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const)[how]);
    await ended;
  }

  /** Stops it and removes its folder. */
  async dispose(): Promise<void> {
    await this.stop('immediate');
    await rm(this.#folder, { recursive: true, force: true });
  }

  #launch(): void {
    const args = serverArgs(join(this.#folder, 'data'), this.#settings);
    const server = startServer(join(this.#programs, 'postgres'), args, { ...this.#user, cwd: this.#folder });
    running.add(server);
    server.once('exit', () => running.delete(server));
    this.#server = server;
  }
}

function startServer(program: string, args: readonly string[], options: { uid?: number; gid?: number; cwd: string }) {
  return spawn(program, args, { ...options, stdio: 'ignore' });
}

/** True when something there takes a connection; undefined, as for {@link eventually}, when not yet. */
export async function takesConnections(address: pg.ClientConfig): Promise<true | undefined> {
  const client = new pg.Client(address);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return undefined;
  }
}
