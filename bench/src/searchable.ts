// How long after its acknowledgement an event is found, at half of the full rate.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchJob, rateOf, warmupFor } from './batch-load.js';
import { makeEvent } from './events.js';
import { LoadProcess, runLoad } from './load-process.js';
import { readOptions } from './options.js';
import { Random } from './random.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { latencyOf } from './stats.js';

const options = readOptions('searchable', 'Time from the acknowledgement of an event until a read finds it.', {
  seconds: { help: 'time under load', default: '60' },
  rate: { help: 'events a second of the load (default: half of the full rate, measured first)' },
  'full-seconds': { help: 'time for measuring the full rate', default: '20' },
});
const seconds = options.number('seconds');
const PROBE_TENANT = 'probe';
const PROBE_INTERVAL_MS = 250;
const POLL_INTERVAL_MS = 10;
const PROBE_LIMIT_MS = 30_000;

const measured = await withScratch(async (folder) => {
  // Reads do not wait for writes here: whoever waited would make the sequencer hurry, and the answer be "at once".
  const env = { ATTESTLOG_DATA: join(folder, 'data'), ATTESTLOG_READ_WAIT: '0ms' };
  const server = await ServerProcess.start({ env });
  try {
    const rate = options.text('rate') === undefined ? (await fullRate(server)) / 2 : options.number('rate');
    const job = batchJob({ port: server.port, key: server.key, seconds, eventsPerSecond: rate });
    const load = await LoadProcess.prepare(job);
    const running = load.run();
    const probes = await probe(server, performance.now() + seconds * 1000);
    const result = await running;
    return { rate, kept: rateOf(result, 'sealed', job.warmupSeconds), probes };
  } finally {
    await server.stop();
  }
});
const { rate, kept, probes } = measured;
const latency = latencyOf(probes);
await publish(
  {
    bench: 'searchable',
    settings: { seconds, eventsPerSecond: rate },
    tables: [
      {
        title: `Acknowledged to searchable, beside ${Math.round(rate)} events/s in batches`,
        columns: ['probes', 'p50 ms', 'p95 ms', 'p99 ms', 'sealed events/s'],
        rows: [[probes.length, latency.p50Ms, latency.p95Ms, latency.p99Ms, kept]],
      },
    ],
    aims: [
      {
        what: 'p95 until searchable',
        aim: '<= 1 s',
        seen: `${(latency.p95Ms / 1000).toFixed(2)} s`,
        met: latency.p95Ms <= 1000,
      },
    ],
  },
  options.text('json'),
);

async function fullRate({ port, key }: ServerProcess): Promise<number> {
  const fullSeconds = options.number('full-seconds');
  const result = await runLoad(batchJob({ port, key, seconds: fullSeconds }));
  return rateOf(result, 'sealed', warmupFor(fullSeconds));
}

/**
 * Sends an event now and then, and asks for the newest one of its tenant and action until it is that: the reads are on
 * record there as well. Milliseconds each.
 */
async function probe(server: ServerProcess, deadline: number): Promise<number[]> {
  const random = new Random(99);
  const headers = {
    authorization: `Bearer ${server.key}`,
    'x-tenant-id': PROBE_TENANT,
    'content-type': 'application/json',
  };
  const events = `http://127.0.0.1:${server.port}/api/v1/events`;
  const times: number[] = [];
  for (let number = 0; performance.now() < deadline; number++) {
    const id = `probe-${number}`;
    const event = { ...makeEvent(random), id, time: new Date().toISOString() };
    const answer = await fetch(events, { method: 'POST', headers, body: JSON.stringify(event) });
    if (answer.status !== 201) throw new Error(`the probe was answered with ${answer.status}`);
    const acknowledged = performance.now();
    while (!(await isNewest(events, headers, event))) {
      if (performance.now() - acknowledged > PROBE_LIMIT_MS) throw new Error('the probe is not searchable');
      await sleep(POLL_INTERVAL_MS);
    }
    times.push(performance.now() - acknowledged);
    await sleep(PROBE_INTERVAL_MS * random.next());
  }
  return times;
}

async function isNewest(
  events: string,
  headers: Record<string, string>,
  { id, action }: { id: string; action: string },
): Promise<boolean> {
  const answer = await fetch(`${events}?limit=1&action=${action}`, { headers });
  return (await answer.text()).includes(`"id":"${id}"`);
}
