// Durable single writes, beside what the journal's engine and HTTP with validation cost alone.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadJob } from './load.js';
import { runLoad } from './load-process.js';
import { readOptions } from './options.js';
import { type Aim, publish } from './report.js';
import type { LmdbPutJob, LmdbPutResult } from './rivals/lmdb-put.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { type Latency, median } from './stats.js';
import { runTask } from './task.js';

const options = readOptions('single', 'One event a request, acknowledged when it is on stable storage.', {
  seconds: { help: 'time for each measurement', default: '5' },
  rounds: { help: 'how often each is measured; medians are given', default: '3' },
});
const seconds = options.number('seconds');
const rounds = options.number('rounds');
const CONNECTIONS = [1, 64];
const PREPARED_REQUESTS = 20_000;
const VALIDATING_SERVICE = fileURLToPath(new URL('./rivals/validating-service.js', import.meta.url));

interface Measured {
  eventsPerSecond: number;
  latency: Latency;
}
const runs = new Map<string, Measured[]>();

await withScratch(async (folder) => {
  const ours = await ServerProcess.start({ env: { ATTESTLOG_DATA: join(folder, 'data') } });
  const validating = await ServerProcess.start({ args: [VALIDATING_SERVICE] });
  try {
    for (let round = 0; round < rounds; round++) {
      // Side by side in every round, so that a slow moment of the machine hits all of them.
      for (const connections of CONNECTIONS) {
        keep('attestlog', connections, await measure(ours, connections));
        keep('validate only', connections, await measure(validating, connections));
        const job: LmdbPutJob = { path: join(folder, `lmdb-${round}-${connections}`), seconds, inFlight: connections };
        keep('LMDB put', connections, await runTask<LmdbPutJob, LmdbPutResult>('./rivals/lmdb-put.js', job));
      }
    }
  } finally {
    await ours.stop();
    await validating.stop();
  }
});
await report();

async function measure({ port, key }: ServerProcess, connections: number): Promise<Measured> {
  const job: LoadJob = {
    kind: 'single',
    eventsPerRequest: 1,
    requests: PREPARED_REQUESTS,
    connections,
    seconds,
    warmupSeconds: Math.min(1, seconds / 4),
    port,
    key,
    seed: 1,
  };
  const { acknowledged, seconds: elapsed, latency } = await runLoad(job);
  return { eventsPerSecond: acknowledged / elapsed, latency };
}

function keep(who: string, connections: number, measured: Measured): void {
  const name = `${who}, ${connections}`;
  runs.set(name, [...(runs.get(name) ?? []), measured]);
}

function summary(name: string) {
  const measured = runs.get(name)!;
  const of = (read: (one: Measured) => number) => median(measured.map(read));
  return {
    eventsPerSecond: of((one) => one.eventsPerSecond),
    p50Ms: of((one) => one.latency.p50Ms),
    p95Ms: of((one) => one.latency.p95Ms),
    p99Ms: of((one) => one.latency.p99Ms),
  };
}

async function report(): Promise<void> {
  const rows = [...runs.keys()].map((name) => {
    const { eventsPerSecond, p50Ms, p95Ms, p99Ms } = summary(name);
    const own = summary(`attestlog, ${name.split(', ')[1]}`);
    return [name, eventsPerSecond, p50Ms, p95Ms, p99Ms, own.eventsPerSecond / eventsPerSecond, own.p50Ms / p50Ms];
  });
  const one = summary('attestlog, 1');
  const many = summary('attestlog, 64');
  const ms = (number: number) => `${number.toFixed(2)} ms`;
  const aims: Aim[] = [
    { what: 'p50, 1 connection', aim: '<= 2 ms', seen: ms(one.p50Ms), met: one.p50Ms <= 2 },
    {
      what: 'rate, 64 connections',
      aim: '>= 8 k/s',
      seen: `${(many.eventsPerSecond / 1000).toFixed(1)} k/s`,
      met: many.eventsPerSecond >= 8000,
    },
    { what: 'p95, 64 connections', aim: '<= 10 ms', seen: ms(many.p95Ms), met: many.p95Ms <= 10 },
  ];
  const table = {
    title: `Single writes, medians of ${rounds} rounds of ${seconds} s (ratios: attestlog / rival at as many connections)`,
    columns: ['who, connections', 'events/s', 'p50 ms', 'p95 ms', 'p99 ms', 'ratio of rates', 'ratio of p50'],
    rows,
  };
  await publish({ bench: 'single', settings: { seconds, rounds }, tables: [table], aims }, options.text('json'));
}
