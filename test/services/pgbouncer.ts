import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userOfPostgres } from '../../bench/src/rivals/postgres-cluster.js';
import { BackgroundProgram } from '../support/background-program.js';
import { eventually } from '../support/eventually.js';
import type { Lack } from '../support/facility.js';
import { type Postgres, takesConnections } from './postgres.js';

const PROGRAM = '/usr/sbin/pgbouncer';
const PORT = 6432;

/** Why there is no PgBouncer here; undefined when there is. */
export function lackOfPgBouncer(): Lack {
  return existsSync(PROGRAM) ? undefined : 'PgBouncer (Debian: pgbouncer) is not installed';
}

/** A PgBouncer in front of a PostgreSQL, which gives each transaction a connection of few; reached through a socket. */
export class PgBouncer {
  readonly #program: BackgroundProgram;
  readonly #folder: string;

  /** @param connections to PostgreSQL, for all clients together */
  static async start(postgres: Postgres, connections: number): Promise<PgBouncer> {
    const folder = await mkdtemp(join(tmpdir(), 'attestlog-pgbouncer-'));
    const { host, port, user, database } = postgres.address;
    const settings = [
      '[databases]',
      `${database} = host=${host} port=${port} user=${user}`,
      '[pgbouncer]',
      `unix_socket_dir = ${folder}`,
      `listen_port = ${PORT}`,
      'auth_type = any',
      'pool_mode = transaction',
      `default_pool_size = ${connections}`,
    ];
    const file = join(folder, 'pgbouncer.ini');
    await writeFile(file, `${settings.join('\n')}\n`);
    const owner = userOfPostgres();
    if (owner !== undefined) for (const path of [folder, file]) await chown(path, owner.uid, owner.gid);
    // It refuses to run as root.
    const bouncer = new PgBouncer(folder, new BackgroundProgram(PROGRAM, [file], owner));
    await eventually('PgBouncer takes connections', () => takesConnections(bouncer.address));
    return bouncer;
  }

  private constructor(folder: string, program: BackgroundProgram) {
    this.#folder = folder;
    this.#program = program;
  }

  /** For `pg`. */
  get address(): { host: string; port: number; user: string; database: string } {
    return { host: this.#folder, port: PORT, user: 'postgres', database: 'postgres' };
  }

  async dispose(): Promise<void> {
    await this.#program.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
