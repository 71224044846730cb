import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadProcess } from './load-process.js';
import { residentMib, threadCpuSeconds } from './process-usage.js';
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
  /** From the moment in which an event was sent until it came by a stream: more than from its acknowledgement. */
  latency: Latency;
  delivered: number;
  acknowledgedPerSecond: number;
  /** Of the server's event loop, and of all its threads. */
  loopCores: number;
  cores: number;
  /** What was resident after a third of the time, and at the end. */
  residentMib: [number, number];
}

const TENANT = 'acme';
const WARMUP_SECONDS = 3;
/** Opened at once, so that the queue of connections never overflows. */
const OPENED_AT_ONCE = 50;

/** A server with many streams of one tenant, each by a connection of its own, beside a load of batches. */
export async function runServer({ data, filters, eventsPerSecond, seconds }: ServerJob): Promise<ServerResult> {
  const server = await ServerProcess.start({ env: { ATTESTLOG_DATA: data } });
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
  const arrivals: number[] = [];
  let isCounting = false;
  const streams: ClientRequest[] = [];
  try {
    for (let at = 0; at < filters.length; at += OPENED_AT_ONCE) {
      const some = filters.slice(at, at + OPENED_AT_ONCE);
      const opened = await Promise.all(some.map((filter) => open(server, filter)));
      for (const { request, response } of opened) {
        streams.push(request);
        readTimes(response, (sentAt) => isCounting && arrivals.push(Date.now() - sentAt));
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
    return {
      latency: latencyOf(arrivals),
      delivered: arrivals.length / measured,
      acknowledgedPerSecond: acknowledged / seconds,
      loopCores: (after.get('event loop')! - before.get('event loop')!) / measured,
      cores: (sum(after) - sum(before)) / measured,
      residentMib: [early, await residentMib(server.pid)],
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

/** Calls back with the time of each event that comes: when it was sent, in milliseconds since the epoch. */
function readTimes(response: IncomingMessage, callBack: (sentAt: number) => void): void {
  response.setEncoding('latin1');
  let rest = '';
  response.on('data', (piece: string) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const [, time] = /"time":"([^"]+)"/.exec(block) ?? [];
      if (time !== undefined) callBack(Date.parse(time));
    }
  });
}
