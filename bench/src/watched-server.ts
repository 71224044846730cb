import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LoadProcess } from './load-process.js';
import { residentMib, threadCpuSeconds } from './process-usage.js';
import { type Arrival, delays, monotonicMs, type Recording, stageTable } from './recorded-stages.js';
import type { Table } from './report.js';
import { ServerProcess } from './server-process.js';
import { type Latency, latencyOf } from './stats.js';

export interface ServerJob {
  data: string;
  /** A stream for each. */
  filters: readonly string[];
  eventsPerSecond: number;
  seconds: number;
}

export interface ServerResult {
  /** From the acknowledgement of an event until it came by a stream. */
  latency: Latency;
  /** Where that time went. */
  stages: Table;
  delivered: number;
  acknowledgedPerSecond: number;
  /** Of the server's event loop, and of all its threads. */
  loopCores: number;
  cores: number;
  /** What was resident after a third of the time, and at the end. */
  residentMib: [number, number];
}

const RECORDER = fileURLToPath(new URL('./stage-recorder.js', import.meta.url));
const TENANT = 'acme';
const WARMUP_SECONDS = 3;
/** Opened at once, so that the queue of connections never overflows. */
const OPENED_AT_ONCE = 50;

/** A server with many streams of one tenant, each by a connection of its own, beside a load of batches. */
export async function runServer({ data, filters, eventsPerSecond, seconds }: ServerJob): Promise<ServerResult> {
  const stagesFile = join(data, 'stages.json');
  const server = await ServerProcess.start({
    nodeArgs: ['--import', RECORDER],
    env: { ATTESTLOG_DATA: join(data, 'data'), STAGES_FILE: stagesFile },
  });
  const load = await LoadProcess.prepare({
    kind: 'batch',
    eventsPerRequest: 100,
    requests: 200,
    tenant: TENANT,
    key: server.key,
    seed: 5,
    port: server.port,
    connections: 4,
    seconds,
    warmupSeconds: WARMUP_SECONDS,
    eventsPerSecond,
  });
  const arrivals: Arrival[] = [];
  let isCounting = false;
  const streams: ClientRequest[] = [];
  try {
    for (let at = 0; at < filters.length; at += OPENED_AT_ONCE) {
      const some = filters.slice(at, at + OPENED_AT_ONCE);
      const opened = await Promise.all(some.map((filter) => open(server, filter)));
      for (const { request, response } of opened) {
        streams.push(request);
        readIndexes(response, (index) => isCounting && arrivals.push({ index, ms: monotonicMs() }));
      }
    }
    const running = load.run();
    await sleep(WARMUP_SECONDS * 1000);
    isCounting = true;
    const before = await threadCpuSeconds(server.pid);
    await sleep((seconds * 1000) / 3);
    const early = await residentMib(server.pid);
    const { acknowledged } = await running;
    const after = await threadCpuSeconds(server.pid);
    const measured = seconds - WARMUP_SECONDS;
    const sum = (usage: Map<string, number>) => [...usage.values()].reduce((total, one) => total + one, 0);
    const residentAtEnd = await residentMib(server.pid);
    for (const stream of streams) stream.destroy();
    await server.stop();
    const recording = JSON.parse(await readFile(stagesFile, 'utf8')) as Recording;
    const title = `${filters.length} streams, ${eventsPerSecond} events/s: where the time goes from acknowledgement to arrival`;
    return {
      latency: latencyOf(delays(recording, arrivals)),
      stages: stageTable(title, recording, arrivals),
      delivered: arrivals.length / measured,
      acknowledgedPerSecond: acknowledged / seconds,
      loopCores: (after.get('event loop')! - before.get('event loop')!) / measured,
      cores: (sum(after) - sum(before)) / measured,
      residentMib: [early, residentAtEnd],
    };
  } finally {
    for (const stream of streams) stream.destroy();
    load.kill();
    await server.stop();
  }
}

async function open(
  server: ServerProcess,
  filter: string,
): Promise<{ request: ClientRequest; response: IncomingMessage }> {
  const request = get({
    port: server.port,
    host: '127.0.0.1',
    path: `/api/v1/events/stream?q=${encodeURIComponent(filter)}`,
    headers: { authorization: `Bearer ${server.key}`, 'x-tenant-id': TENANT },
    agent: false,
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`a stream was answered with ${response.statusCode}`);
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  return { request, response };
}

/** Calls back with the index of each event that comes. */
function readIndexes(response: IncomingMessage, callBack: (index: number) => void): void {
  response.setEncoding('latin1');
  let rest = '';
  response.on('data', (piece: string) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const [, index] = /^id: (\d+)\ndata: /.exec(block) ?? [];
      if (index !== undefined) callBack(Number(index));
    }
  });
}
