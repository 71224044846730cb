// Exports of many events, and the same by the engine alone.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineExportJob, EngineExportResult } from './engine-export.js';
import { fill } from './fill.js';
import { readOptions } from './options.js';
import { residentMib, threadCpuSeconds } from './process-usage.js';
import { type Cell, publish } from './report.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { runTask } from './task.js';

const options = readOptions('export', 'Exports of one tenant’s events as jobs, and as one streamed answer.', {
  events: { help: 'events of the tenant', default: '1000000' },
  formats: {
    help: 'formats that jobs write, with +gzip where compressed',
    default: 'ndjson,ndjson,ndjson+gzip,json,csv,parquet',
  },
});
const events = options.number('events');
const formats = options.text('formats')!.split(',');
const TENANT = 'exported';
const ONE_FILE = 10_000_000;
const POLL_MS = 25;
const AIM_EVENTS_PER_SECOND = 200_000;

interface Taken {
  what: string;
  seconds: number;
  events: number;
  bytes: number;
  /** Memory of the server that is resident, before and at most, in MiB. */
  beforeMib?: number;
  peakMib?: number;
  sha256?: string;
  /** CPU seconds of the server, and of its event loop alone. */
  cpu?: Cpu;
}

interface Cpu {
  all: number;
  loop: number;
}

interface ShownExport {
  id: string;
  state: string;
  events_done: number;
  started_at: string;
  ended_at: string;
  files: { bytes: number; sha256: string }[];
  error?: unknown;
}

const measured = await withScratch(async (folder) => {
  const data = join(folder, 'data');
  const taken = await exportsOf(data);
  const engine = (lines: EngineExportJob['lines']) =>
    runTask<EngineExportJob, EngineExportResult>('./engine-export.js', {
      store: join(data, 'chdb'),
      tenant: TENANT,
      file: join(folder, `engine-${lines}`),
      lines,
    });
  return { taken, same: await engine('same'), rows: await engine('rows') };
});
await report(measured);

async function exportsOf(data: string): Promise<Taken[]> {
  const env = { ATTESTLOG_DATA: data, ATTESTLOG_STREAMED_EXPORT_EVENTS: String(ONE_FILE) };
  const server = await ServerProcess.start({ env });
  try {
    await fill(server, events, TENANT);
    const taken: Taken[] = [];
    for (const format of formats) taken.push(await job(server, format));
    taken.push(await stream(server));
    return taken;
  } finally {
    await server.stop();
  }
}

/** Runs one export as a job, to its end, and removes it. */
async function job(server: ServerProcess, what: string): Promise<Taken> {
  const [format, compression = 'none'] = what.split('+');
  const body = { format, compression, split: { events: ONE_FILE, bytes: 17_179_869_184 } };
  const beforeMib = await residentMib(server.pid);
  const cpuBefore = await cpuOf(server);
  const { id } = await ask<ShownExport>(server, 'POST', '/api/v1/exports', body);
  let peakMib = beforeMib;
  for (;;) {
    await sleep(POLL_MS);
    peakMib = Math.max(peakMib, await residentMib(server.pid));
    const shown = await ask<ShownExport>(server, 'GET', `/api/v1/exports/${id}`);
    if (shown.state === 'queued' || shown.state === 'running') continue;
    if (shown.state !== 'done') throw new Error(`the export ended as ${shown.state}: ${JSON.stringify(shown.error)}`);
    const seconds = (Date.parse(shown.ended_at) - Date.parse(shown.started_at)) / 1000;
    const cpu = since(cpuBefore, await cpuOf(server));
    const bytes = shown.files.reduce((sum, file) => sum + file.bytes, 0);
    await ask(server, 'DELETE', `/api/v1/exports/${id}`);
    const sha256 = shown.files.length === 1 ? { sha256: shown.files[0]!.sha256 } : {};
    return { what: `job, ${what}`, seconds, events: shown.events_done, bytes, beforeMib, peakMib, cpu, ...sha256 };
  }
}

/** Takes everything as one answer, and looks at nothing of it. */
async function stream(server: ServerProcess): Promise<Taken> {
  const beforeMib = await residentMib(server.pid);
  const cpuBefore = await cpuOf(server);
  let peakMib = beforeMib;
  const sampling = setInterval(() => {
    residentMib(server.pid).then(
      (mib) => {
        peakMib = Math.max(peakMib, mib);
      },
      () => undefined,
    );
  }, POLL_MS);
  try {
    const begun = performance.now();
    const answer = await fetch(urlOf(server, '/api/v1/events/export?format=ndjson'), { headers: headersOf(server) });
    if (!answer.ok) throw new Error(`the export was answered with ${answer.status}: ${await answer.text()}`);
    let bytes = 0;
    for await (const piece of answer.body!) bytes += (piece as Uint8Array).length;
    const seconds = (performance.now() - begun) / 1000;
    const count = Number(answer.headers.get('x-event-count'));
    const cpu = since(cpuBefore, await cpuOf(server));
    return { what: 'one answer, ndjson', seconds, events: count, bytes, beforeMib, peakMib, cpu };
  } finally {
    clearInterval(sampling);
  }
}

async function cpuOf({ pid }: ServerProcess): Promise<Cpu> {
  const threads = await threadCpuSeconds(pid);
  const all = [...threads.values()].reduce((sum, seconds) => sum + seconds, 0);
  return { all, loop: threads.get('event loop') ?? 0 };
}

function since(before: Cpu, now: Cpu): Cpu {
  return { all: now.all - before.all, loop: now.loop - before.loop };
}

async function ask<T>(server: ServerProcess, method: string, path: string, body?: object): Promise<T> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { ...headersOf(server), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await fetch(urlOf(server, path), { method, headers, ...json });
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

function urlOf({ port }: ServerProcess, path: string): string {
  return `http://127.0.0.1:${port}${path}`;
}

function headersOf({ key }: ServerProcess): Record<string, string> {
  return { authorization: `Bearer ${key}`, 'x-tenant-id': TENANT };
}

async function report(found: {
  taken: readonly Taken[];
  same: EngineExportResult;
  rows: EngineExportResult;
}): Promise<void> {
  const { taken, same, rows } = found;
  const engineRate = events / same.seconds;
  const row = ({ what, seconds, events: count, bytes, beforeMib = 0, peakMib = 0, cpu }: Taken): Cell[] => [
    what,
    count,
    seconds,
    count / seconds,
    count / seconds / engineRate,
    bytes / count,
    cpu === undefined ? '–' : cpu.all,
    cpu === undefined ? '–' : cpu.loop,
    peakMib === 0 ? '–' : beforeMib,
    peakMib === 0 ? '–' : peakMib,
  ];
  const engineRows: Taken[] = [
    { what: 'the engine alone, the same lines', events, ...same },
    { what: 'the engine alone, JSONEachRow', events, ...rows },
  ];
  // The best of the jobs: what else the machine does is not ours.
  const ndjson = taken.filter(({ what }) => what === 'job, ndjson');
  const best = Math.max(...ndjson.map(({ seconds, events: count }) => count / seconds));
  await publish(
    {
      bench: 'export',
      settings: { events, formats },
      tables: [
        {
          title: `Exports of ${events} events`,
          columns: [
            'what',
            'events',
            's',
            'events/s',
            'of the engine',
            'bytes/event',
            'CPU s',
            'event loop s',
            'MiB before',
            'MiB at most',
          ],
          rows: [...taken, ...engineRows].map(row),
        },
      ],
      aims: [
        {
          what: 'NDJSON job',
          aim: `>= ${AIM_EVENTS_PER_SECOND} events/s`,
          seen: `${Math.round(best)} events/s, ${(best / engineRate).toFixed(2)} of the engine`,
          met: best >= AIM_EVENTS_PER_SECOND,
        },
        {
          what: 'events in the export',
          aim: `${events} and what was recorded of them`,
          seen: `${Math.min(...taken.map(({ events: count }) => count))}`,
          met: taken.every(({ events: count }) => count >= events),
        },
      ],
    },
    options.text('json'),
  );
}
