// What a tenant far above its rate does to another one: refused early, it should cost the other next to nothing.
import { join } from 'node:path';
import type { LoadJob, LoadResult } from './load.js';
import { LoadProcess, runLoad } from './load-process.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { median } from './stats.js';

const options = readOptions('neighbour', "A tenant at ten times its rate beside another one's single writes.", {
  seconds: { help: 'time for each measurement', default: '15' },
  rounds: { help: 'how often each is measured; medians are given', default: '3' },
  rate: { help: 'events a second that the noisy tenant is allowed', default: '2000' },
});
const seconds = options.number('seconds');
const rounds = options.number('rounds');
const rate = options.number('rate');
const TIMES = 10;
const QUIET_EVENTS_PER_SECOND = 500;

const results = {
  alone: [] as LoadResult[],
  besideOrdinary: [] as LoadResult[],
  beside: [] as LoadResult[],
  noisy: [] as LoadResult[],
};

await withScratch(async (folder) => {
  const env = { ATTESTLOG_DATA: join(folder, 'data'), ATTESTLOG_PLAN_FREE: `events-per-second=${rate}` };
  const server = await ServerProcess.start({ env });
  try {
    await createTenant(server, 'noisy', 'free');
    for (let round = 0; round < rounds; round++) {
      results.alone.push(await runLoad(quietJob(server)));
      results.besideOrdinary.push((await runBeside(otherJob(server, 1), server)).quiet);
      const { other, quiet } = await runBeside(otherJob(server, TIMES), server);
      results.noisy.push(other);
      results.beside.push(quiet);
    }
  } finally {
    await server.stop();
  }
});

const p99 = (runs: readonly LoadResult[]) => median(runs.map(({ latency }) => latency.p99Ms));
const p50 = (runs: readonly LoadResult[]) => median(runs.map(({ latency }) => latency.p50Ms));
const taken = (runs: readonly LoadResult[]) =>
  median(runs.map(({ acknowledged, seconds: took }) => acknowledged / took));
const refusals = median(
  results.noisy.map(
    ({ refused, seconds: took }) => Object.values(refused).reduce((sum, count) => sum + count, 0) / took,
  ),
);
const toAlone = (runs: readonly LoadResult[]) => p99(runs) / p99(results.alone);
const ratio = p99(results.beside) / p99(results.besideOrdinary);
await publish(
  {
    bench: 'neighbour',
    settings: { seconds, rounds, rate, times: TIMES, quietEventsPerSecond: QUIET_EVENTS_PER_SECOND },
    tables: [
      {
        title: `Single writes of one tenant; another may send ${rate} events/s, and does so in batches of 100`,
        columns: ['quiet tenant', 'events/s', 'p50 ms', 'p99 ms', 'p99 / alone'],
        rows: [
          row('alone', results.alone),
          row('beside the other at its own rate', results.besideOrdinary),
          row(`beside the other at ${TIMES} times its rate`, results.beside),
        ],
      },
      {
        title: 'The noisy tenant',
        columns: ['events/s taken', 'batches/s refused'],
        rows: [[taken(results.noisy), refusals]],
      },
    ],
    aims: [
      {
        what: `p99 of the quiet tenant's writes beside the other at ${TIMES} times its rate`,
        aim: '<= 1.5 of beside it at its own rate',
        seen: ratio.toFixed(2),
        met: ratio <= 1.5,
      },
    ],
  },
  options.text('json'),
);

function row(name: string, runs: readonly LoadResult[]): (string | number)[] {
  return [name, taken(runs), p50(runs), p99(runs), toAlone(runs)];
}

/** Both loads, each in a process of its own, from the same moment on. */
async function runBeside(job: LoadJob, server: ServerProcess): Promise<{ other: LoadResult; quiet: LoadResult }> {
  const [otherLoad, quietLoad] = await Promise.all([LoadProcess.prepare(job), LoadProcess.prepare(quietJob(server))]);
  const [other, quiet] = await Promise.all([otherLoad.run(), quietLoad.run()]);
  return { other, quiet };
}

function quietJob({ port, key }: ServerProcess): LoadJob {
  return {
    kind: 'single',
    eventsPerRequest: 1,
    requests: 5000,
    connections: 8,
    tenant: 'quiet',
    eventsPerSecond: QUIET_EVENTS_PER_SECOND,
    ...{ seconds, warmupSeconds: seconds / 4, port, key, seed: 1 },
  };
}

/** The other tenant, at so many times the rate that it is allowed. */
function otherJob({ port, key }: ServerProcess, times: number): LoadJob {
  return {
    kind: 'batch',
    eventsPerRequest: 100,
    requests: 200,
    // A connection pauses after a refusal for as long as the load does, whatever the answer says; many make up for it.
    connections: 64,
    tenant: 'noisy',
    eventsPerSecond: rate * times,
    ...{ seconds, warmupSeconds: seconds / 4, port, key, seed: 2 },
  };
}

async function createTenant({ port, key }: ServerProcess, id: string, plan: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/tenants`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, plan }),
  });
  if (answer.status !== 201) throw new Error(`creating a tenant was answered with ${answer.status}`);
}
