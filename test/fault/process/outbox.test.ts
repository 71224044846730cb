import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { captureTriggerSql, outboxSchemaSql, readBacklog } from '@attestlog/outbox';
import type pg from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import { lackOfPostgres, Postgres } from '../../services/postgres.js';
import { eventually } from '../../support/eventually.js';
import { testUnless } from '../../support/facility.js';
import { readLog } from '../../support/log-reading.js';
import { ServerProcess } from '../../support/server-process.js';
import { waitUntilSealed } from '../../support/sound-logs.js';

/** In each round everything is killed once. */
const ROUNDS = Number(process.env.ATTESTLOG_TEST_ROUNDS ?? 1);
const TENANT = 'default';
const APPLICATION = fileURLToPath(new URL('./outbox/application.mjs', import.meta.url));
const RELAY = fileURLToPath(new URL('./outbox/relay.mjs', import.meta.url));

const testOnPostgres = testUnless(lackOfPostgres(), 'covered nowhere else');

/** A program that is killed and started again. */
class Program {
  readonly #args: readonly string[];
  #child: ChildProcess;
  #errors = '';

  constructor(...args: string[]) {
    this.#args = args;
    this.#child = this.#start();
  }

  async kill(): Promise<void> {
    // One that has ended by itself has failed.
    expect(this.#child.exitCode, this.#errors).toBe(null);
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async restart(): Promise<void> {
    await this.kill();
    this.#child = this.#start();
  }

  /** For the end of a test that failed. */
  abandon(): void {
    this.#child.kill('SIGKILL');
  }

  #start(): ChildProcess {
    const child = spawn(process.execPath, this.#args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr!.on('data', (text) => {
      this.#errors = (this.#errors + text).slice(-10_000);
    });
    return child;
  }
}

let folder: string;
let postgres: Postgres | undefined;
let pool: pg.Pool | undefined;
let server: ServerProcess | undefined;
const programs: Program[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-outbox-'));
});
afterAll(async () => {
  for (const program of programs) program.abandon();
  await server?.dispose();
  await pool?.end();
  await postgres?.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function startServer(): Promise<ServerProcess> {
  const started = await ServerProcess.start({ data: join(folder, 'data') });
  const file = join(folder, 'address.json');
  await writeFile(`${file}.new`, JSON.stringify({ url: started.url, key: started.key }));
  await rename(`${file}.new`, file);
  return started;
}

interface Entry {
  id: string;
  action: string;
  metadata?: { stream: string; number: number };
  targets?: { id: string }[];
  changes?: { after: { stream: string; number: number } };
}

testOnPostgres(
  'whatever is killed at whatever moment: committed equals logged, once, in the order of each stream',
  async () => {
    postgres = await Postgres.start();
    pool = postgres.pool();
    server = await startServer();
    await pool.query(outboxSchemaSql({ notify: true }));
    await pool.query('CREATE TABLE orders (stream text, number integer, PRIMARY KEY (stream, number))');
    await pool.query(captureTriggerSql({ table: 'orders', noun: 'order', primaryKey: ['stream', 'number'] }));
    const { host } = postgres.address;
    const application = new Program(APPLICATION, host);
    const relays = [1, 2].map(() => new Program(RELAY, host, join(folder, 'address.json')));
    programs.push(application, ...relays);

    const kills: (() => Promise<void>)[] = [
      () => application.restart(),
      () => relays[0]!.restart(),
      () => relays[1]!.restart(),
      async () => {
        await postgres!.stop('immediate');
        await postgres!.startAgain();
      },
      async () => {
        await postgres!.stop('kill');
        await postgres!.startAgain();
      },
      async () => {
        await server!.kill();
        await sleep(Math.random() * 300);
        server = await startServer();
      },
    ];
    await committed(50);
    for (let round = 0; round < ROUNDS; round++) {
      for (const kill of kills.toSorted(() => Math.random() - 0.5)) {
        await sleep(Math.random() * 600);
        await kill();
      }
      await committed(50);
    }
    await application.kill();
    await eventually('an empty outbox', async () => {
      const { waiting_events, dead_letters } = await readBacklog(pool!);
      expect(dead_letters).toBe(0);
      return waiting_events === 0 ? true : undefined;
    });

    const orders = await allOrders();
    await waitUntilSealed(server, TENANT);
    const entries = ((await readLog(server, TENANT))?.entries ?? []) as unknown as Entry[];
    const placed = entries.filter(({ action }) => action === 'order.place').map(({ metadata }) => metadata!);
    const captured = entries.filter(({ action }) => action === 'order.create').map(({ changes }) => changes!.after);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    expect(entries.filter(({ action }) => action === 'order.never')).toEqual([]);
    // A stream's numbers grow with each commit, and each number is there once: so the order is right, too.
    expect(byStream(placed)).toEqual(byStream(orders));
    expect(sorted(captured)).toEqual(sorted(orders));
    console.info(
      `${ROUNDS * kills.length} kills: ${orders.length} committed, ${placed.length} logged, ${captured.length} captured`,
    );
  },
);

async function allOrders(): Promise<{ stream: string; number: number }[]> {
  const { rows } = await pool!.query<{ stream: string; number: number }>(
    'SELECT * FROM orders ORDER BY stream, number',
  );
  return rows;
}

/** Waits until so many more transactions have committed. */
async function committed(count: number): Promise<void> {
  const before = (await allOrders()).length;
  await eventually('commits', async () => ((await allOrders()).length >= before + count ? true : undefined));
}

function byStream(rows: readonly { stream: string; number: number }[]): Record<string, number[]> {
  const streams: Record<string, number[]> = {};
  for (const { stream, number } of rows) {
    streams[stream] ??= [];
    streams[stream].push(number);
  }
  return streams;
}

function sorted(rows: readonly { stream: string; number: number }[]): string[] {
  return rows.map(({ stream, number }) => `${stream}/${number}`).sort();
}
