// How long a start takes with many events, and what memory the server takes: idle, at full rate, and after a while.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchJob } from './batch-load.js';
import { fill } from './fill.js';
import { LoadProcess } from './load-process.js';
import { readOptions } from './options.js';
import { residentMib } from './process-usage.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { median } from './stats.js';

const options = readOptions('start', 'Start time and memory with many events.', {
  events: { help: 'events in the store', default: '5000000' },
  data: { help: 'data folder to use, and to keep; filled up where it has fewer events' },
  starts: { help: 'starts; the median is given', default: '3' },
  seconds: { help: 'time at full rate, for the memory; 0 leaves it out', default: '600' },
  'idle-seconds': { help: 'time without load, for the memory', default: '20' },
});
const wanted = options.number('events');
const seconds = options.number('seconds');
const idleSeconds = options.number('idle-seconds');
const SAMPLE_INTERVAL_MS = 1000;
/** Memory is flat when its median over the last quarter is at most this much above that over the second quarter. */
const FLAT_RATIO = 1.1;

const given = options.text('data');
const seen = await (given === undefined ? withScratch((folder) => measure(join(folder, 'data'))) : measure(given));
const startSeconds = median(seen.startMs) / 1000;
const quarter = (number: number) => seen.loadedMib.slice(...quarterOf(seen.loadedMib.length, number));
const growth = median(quarter(3)) / median(quarter(1));
await publish(
  {
    bench: 'start',
    settings: { events: wanted, seconds, idleSeconds },
    tables: [
      {
        title: `Start with ${wanted} events, ${seen.startMs.length} times`,
        columns: ['median s', 'shortest s', 'longest s'],
        rows: [[startSeconds, Math.min(...seen.startMs) / 1000, Math.max(...seen.startMs) / 1000]],
      },
      {
        title: 'Resident memory, medians in MiB',
        columns: ['idle', 'first quarter', 'second', 'third', 'last', 'highest', 'last / second'],
        rows: [[median(seen.idleMib), ...[0, 1, 2, 3].map((n) => median(quarter(n))), highest(seen.loadedMib), growth]],
      },
    ],
    aims: [
      { what: 'start', aim: '<= 3 s', seen: `${startSeconds.toFixed(2)} s`, met: startSeconds <= 3 },
      {
        what: `memory over ${Math.round(seconds / 60)} min`,
        aim: `flat (<= ${FLAT_RATIO})`,
        seen: growth.toFixed(2),
        ...(seconds > 0 ? { met: growth <= FLAT_RATIO } : {}),
      },
    ],
  },
  options.text('json'),
);

async function measure(data: string): Promise<{ startMs: number[]; idleMib: number[]; loadedMib: number[] }> {
  const env = { ATTESTLOG_DATA: data };
  const first = await ServerProcess.start({ env });
  const missing = wanted - (await recentIds(first));
  if (missing > 0) await fill(first, missing);
  await first.stop();
  const startMs: number[] = [];
  for (let start = 1; start < options.number('starts'); start++) {
    const server = await ServerProcess.start({ env });
    startMs.push(server.startMs);
    await server.stop();
  }
  const server = await ServerProcess.start({ env });
  startMs.push(server.startMs);
  try {
    const idleMib = await sampleFor(server.pid, idleSeconds);
    if (seconds === 0) return { startMs, idleMib, loadedMib: [] };
    const load = await LoadProcess.prepare(batchJob({ port: server.port, key: server.key, seconds }));
    const running = load.run();
    const loadedMib = await sampleFor(server.pid, seconds);
    await running;
    return { startMs, idleMib, loadedMib };
  } finally {
    await server.stop();
  }
}

/** Events of the last days, as the server counts them once it has read their ids. */
async function recentIds({ port }: ServerProcess): Promise<number> {
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    if (value('attestlog_recent_ids_complete') === 1) return value('attestlog_recent_ids');
    await sleep(100);
  }
}

async function sampleFor(pid: number, forSeconds: number): Promise<number[]> {
  const samples: number[] = [];
  const end = performance.now() + forSeconds * 1000;
  while (performance.now() < end) {
    await sleep(SAMPLE_INTERVAL_MS);
    samples.push(await residentMib(pid));
  }
  return samples;
}

function quarterOf(length: number, number: number): [number, number] {
  return [Math.floor((length * number) / 4), Math.floor((length * (number + 1)) / 4)];
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
