import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { batchJob, rateOf, warmupFor, windowRates } from './batch-load.js';
import { readSealed } from './load.js';
import { LoadProcess } from './load-process.js';
import { familyCpuSeconds, threadCpuSeconds } from './process-usage.js';
import type { Table } from './report.js';
import { startPostgres } from './rivals/postgres-cluster.js';
import { SIZE_OF_EVENTS } from './rivals/postgres-schema.js';
import type { RawChdbJob, RawChdbResult } from './rivals/raw-chdb.js';
import type { StoreSize, StoreSizeJob } from './rivals/store-size.js';
import { ServerProcess } from './server-process.js';
import { median } from './stats.js';
import { runTask } from './task.js';

export interface Sustained {
  who: string;
  kind: 'attestlog' | 'chdb' | 'postgres';
  eventsPerSecond: number;
  /** Median of the rates in windows of five seconds. */
  medianWindow: number;
  bytesPerEvent: number;
  /** Of a batch's request, where there is one. */
  p95Ms?: number;
  /** CPU microseconds for an event of all that serves, without the load: the same however busy the machine is. */
  cpuUsPerEvent: number;
}

const WINDOW_SECONDS = 5;
const SEALING_POLL_MS = 20;
const POSTGRES_SERVICE = fileURLToPath(new URL('./rivals/postgres-service.js', import.meta.url));

export async function sustainAttestlog(run: {
  data: string;
  seconds: number;
  /** As ATTESTLOG_SEALED_FIELDS names them. */
  sealedFields: string;
  profile: string | undefined;
}): Promise<Sustained & { cpuByThread: [string, number][] }> {
  const { data, seconds, sealedFields, profile } = run;
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const server = await ServerProcess.start({
    env: { ATTESTLOG_DATA: data, ATTESTLOG_SEALED_FIELDS: sealedFields },
    nodeArgs,
  });
  try {
    const load = await LoadProcess.prepare(batchJob({ port: server.port, key: server.key, seconds }));
    const warmupSeconds = warmupFor(seconds);
    const running = load.run();
    await sleep(warmupSeconds * 1000);
    const [before, sealedBefore] = [await threadCpuSeconds(server.pid), await readSealed(server.port)];
    const result = await running;
    while ((await readSealed(server.port)) < result.acknowledged) await sleep(SEALING_POLL_MS);
    const [after, sealedAfter] = [await threadCpuSeconds(server.pid), await readSealed(server.port)];
    await server.stop();
    const cpuByThread = [...after].map(([thread, used]): [string, number] => [
      thread,
      ((used - (before.get(thread) ?? 0)) * 1e6) / (sealedAfter - sealedBefore),
    ]);
    const { bytes, events } = await storeSize(join(data, 'chdb'));
    return {
      who: 'attestlog',
      kind: 'attestlog',
      eventsPerSecond: rateOf(result, 'sealed', warmupSeconds),
      medianWindow: median(windowRates(result, 'sealed', warmupSeconds, WINDOW_SECONDS)),
      bytesPerEvent: bytes / events,
      cpuUsPerEvent: cpuByThread.reduce((total, [, us]) => total + us, 0),
      cpuByThread,
      p95Ms: result.latency.p95Ms,
    };
  } finally {
    await server.stop();
  }
}

export async function sustainRawChdb(path: string, rowsPerInsert: number, seconds: number): Promise<Sustained> {
  const job: RawChdbJob = { path, rowsPerInsert, seconds };
  const result = await runTask<RawChdbJob, RawChdbResult>('./rivals/raw-chdb.js', job);
  const eventsPerSecond = result.events / result.seconds;
  const { bytes, events } = await storeSize(path);
  return {
    who: `raw chDB, inserts of ${rowsPerInsert / 1000} k`,
    kind: 'chdb',
    eventsPerSecond,
    medianWindow: eventsPerSecond,
    bytesPerEvent: bytes / events,
    cpuUsPerEvent: result.cpuUsPerEvent,
  };
}

export async function sustainPostgres(programs: string, seconds: number): Promise<Sustained> {
  const cluster = await startPostgres(programs);
  const { sockets, port } = cluster;
  try {
    const server = await ServerProcess.start({
      args: [POSTGRES_SERVICE],
      env: { BENCH_POSTGRES_SOCKETS: sockets, BENCH_POSTGRES_PORT: String(port) },
    });
    const job = batchJob({ port: server.port, key: server.key, seconds });
    delete job.maxUnsealed;
    const load = await LoadProcess.prepare(job);
    const cpuSeconds = async () => (await familyCpuSeconds(cluster.pid)) + (await familyCpuSeconds(server.pid));
    const before = await cpuSeconds();
    const result = await load.run();
    const used = (await cpuSeconds()) - before;
    await server.stop();
    const client = new pg.Pool({ host: sockets, port, user: 'postgres', database: 'postgres', max: 1 });
    const { rows } = await client.query<{ bytes: string; events: string }>(SIZE_OF_EVENTS);
    await client.end();
    return {
      who: 'the same over PostgreSQL',
      kind: 'postgres',
      eventsPerSecond: rateOf(result, 'acknowledged', job.warmupSeconds),
      medianWindow: median(windowRates(result, 'acknowledged', job.warmupSeconds, WINDOW_SECONDS)),
      bytesPerEvent: Number(rows[0]!.bytes) / Number(rows[0]!.events),
      cpuUsPerEvent: (used * 1e6) / result.acknowledged,
      p95Ms: result.latency.p95Ms,
    };
  } finally {
    await cluster.stop();
  }
}

/** Where the CPU time of our server went. */
export function cpuTable(cpuByThread: readonly [string, number][]): Table {
  const rows = cpuByThread.filter(([, us]) => us >= 0.05).sort((a, b) => b[1] - a[1]);
  return { title: 'CPU time of the server for an event, by thread', columns: ['thread', 'µs'], rows };
}

function storeSize(path: string): Promise<StoreSize> {
  return runTask<StoreSizeJob, StoreSize>('./rivals/store-size.js', { path });
}
