// Exports of many events, and the same by the engine alone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { profileTables } from './cpu-profile.js';
import type { EngineExportJob, EngineExportResult } from './engine-export.js';
import { fill } from './fill.js';
import { readOptions } from './options.js';
import { type Cell, publish, type Table } from './report.js';
import { withScratch } from './scratch.js';
import { ServerProcess } from './server-process.js';
import { ExportTaker, type Taken } from './taken-export.js';
import { runTask } from './task.js';

const options = readOptions('export', 'Exports of one tenant’s events as jobs, and as one streamed answer.', {
  events: { help: 'events of the tenant; 5000000 for the full size', default: '1000000' },
  formats: {
    help: 'formats that jobs write, with +gzip where compressed',
    default: 'ndjson,ndjson,ndjson+gzip,json,csv,csv+gzip,parquet',
  },
  streams: { help: 'formats of answers at once', default: 'ndjson' },
  data: { help: 'a folder that the events stay in: filled when it is absent, and taken as it is when it is there' },
  profile: { help: 'profile the server and show where its time goes; costs some of the rate', boolean: true },
});
const events = options.number('events');
const formats = options.text('formats')!.split(',');
const streams = options.text('streams')!.split(',');
const TENANT = 'exported';
const AIM_EVENTS_PER_SECOND = 200_000;
/** What is left of two cores at that rate. */
const AIM_CPU_MICROSECONDS = 10;
const AIM_GROWTH = 1.1;

const measured = await withScratch(async (folder) => {
  const data = options.text('data') ?? join(folder, 'data');
  const profile = options.is('profile') ? join(folder, 'profile') : undefined;
  const taken = await exportsOf(data, profile);
  const engine = (lines: EngineExportJob['lines']) =>
    runTask<EngineExportJob, EngineExportResult>('./engine-export.js', {
      store: join(data, 'chdb'),
      tenant: TENANT,
      file: join(folder, `engine-${lines}`),
      lines,
    });
  const [same, rows] = [await engine('same'), await engine('rows')];
  return { taken, same, rows, profiles: profile === undefined ? [] : await profileTables(profile) };
});
await report(measured);

async function exportsOf(data: string, profile: string | undefined): Promise<Taken[]> {
  const env = { ATTESTLOG_DATA: data, ATTESTLOG_STREAMED_EXPORT_EVENTS: '10000000' };
  if (!existsSync(data)) await filled(env);
  // A process of its own, so that what filling left in memory is none of it.
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const server = await ServerProcess.start({ env, nodeArgs });
  try {
    const taker = new ExportTaker(server, TENANT);
    await taker.quiet();
    const taken: Taken[] = [];
    for (const format of formats) taken.push(await taker.job(format));
    for (const format of streams) taken.push(await taker.stream(format));
    return taken;
  } finally {
    await server.stop();
  }
}

async function filled(env: Record<string, string>): Promise<void> {
  const server = await ServerProcess.start({ env });
  try {
    await fill(server, events, TENANT);
    await new ExportTaker(server, TENANT).quiet();
  } finally {
    await server.stop();
  }
}

async function report(found: {
  taken: readonly Taken[];
  same: EngineExportResult;
  rows: EngineExportResult;
  profiles: readonly Table[];
}): Promise<void> {
  const { taken, profiles } = found;
  const same: Taken = { what: 'the engine alone, the same lines', ...found.same };
  const rows: Taken = { what: 'the engine alone, JSONEachRow', ...found.rows };
  const all = [...taken, same, rows];
  // The best of the jobs: what else the machine does is not ours.
  const ndjson = taken.filter(({ what }) => what === 'job, ndjson');
  const rate = Math.max(...ndjson.map(rateOf));
  const cpu = Math.min(...ndjson.map((one) => microseconds(one.cpu.all, one)));
  const memory = ndjson.at(-1)?.memory?.quartersMib ?? [];
  const growth = memory[3]! / memory[1]!;
  await publish(
    {
      bench: 'export',
      settings: { events, formats, streams },
      tables: [costs(all, same), memories(taken), ...profiles],
      aims: [
        {
          what: 'NDJSON job',
          aim: `>= ${AIM_EVENTS_PER_SECOND} events/s`,
          seen: `${Math.round(rate)} events/s, ${(rate / rateOf(same)).toFixed(2)} of the engine`,
          met: rate >= AIM_EVENTS_PER_SECOND,
        },
        {
          what: 'NDJSON job, CPU of all threads',
          aim: `<= ${AIM_CPU_MICROSECONDS} µs an event, which is that rate on two cores`,
          seen: `${cpu.toFixed(2)} µs, ${(cpu / microseconds(same.cpu.all, same)).toFixed(2)} of the engine alone`,
          met: cpu <= AIM_CPU_MICROSECONDS,
        },
        {
          what: 'memory of an NDJSON job',
          aim: `the last quarter at most ${AIM_GROWTH} times the second`,
          seen: `${growth.toFixed(2)} times`,
          met: growth <= AIM_GROWTH,
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

function costs(all: readonly Taken[], engine: Taken): Table {
  const engineCpu = microseconds(engine.cpu.all, engine);
  const row = (one: Taken): Cell[] => [
    one.what,
    one.events,
    one.seconds,
    rateOf(one),
    rateOf(one) / rateOf(engine),
    microseconds(one.cpu.all, one),
    microseconds(one.cpu.all, one) / engineCpu,
    one.cpu.loop === undefined ? '–' : microseconds(one.cpu.loop, one),
    one.bytes / one.events,
  ];
  return {
    title: `Exports of ${events} events`,
    columns: [
      'what',
      'events',
      's',
      'events/s',
      'of engine',
      'CPU µs/event',
      'of engine',
      'loop µs/event',
      'bytes/event',
    ],
    rows: all.map(row),
  };
}

function memories(taken: readonly Taken[]): Table {
  return {
    title: 'Resident memory of the server in MiB, medians of the quarters of each export',
    columns: ['what', 'first', 'second', 'third', 'last', 'at most'],
    rows: taken.flatMap(({ what, memory }) =>
      memory === undefined ? [] : [[what, ...memory.quartersMib, memory.peakMib]],
    ),
  };
}

function rateOf({ events: count, seconds }: Taken): number {
  return count / seconds;
}

function microseconds(seconds: number, { events: count }: Taken): number {
  return (seconds * 1e6) / count;
}
