// How long a call of `log()` holds up the application, and how long until its promise resolves, for each durability that
// does not wait for the server; beside what writing the same event with Node's own means takes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient, type LogEvent, withContext } from '@attestlog/client';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';
import { percentile } from './stats.js';

const options = readOptions('client-log', 'How long log() takes, call by call.', {
  events: { help: 'calls for each way', default: '100000' },
  rounds: { help: 'parts of them, each with figures of its own', default: '20' },
  together: { help: 'calls in one turn of the event loop', default: '10' },
  rate: { help: 'calls a second', default: '10000' },
});
const names = ['events', 'rounds', 'together', 'rate'] as const;
const [events, rounds, together, rate] = names.map((name) => options.number(name)) as [number, number, number, number];
const WARMUP_SHARE = 0.1;
const AIM_US = 50;
const context = { actor: { type: 'user', id: 'jane' }, request_id: 'r-1', session_id: 's-1' };

interface Way {
  readonly name: string;
  readonly log: (event: LogEvent) => unknown;
  readonly end: () => Promise<void> | void;
}

interface Measured {
  readonly name: string;
  /** Microseconds of each call, by rounds, each sorted. */
  readonly calls: readonly Float64Array[];
  readonly resolved: readonly Float64Array[];
}

const makeEvent = (n: number): LogEvent => ({
  action: 'order.update',
  operation: 'update',
  targets: [{ type: 'order', id: `order-${n}` }],
  metadata: { total: n / 100, currency: 'EUR', channel: 'web' },
  before: { id: n, state: 'open', lines: 3 },
  after: { id: n, state: 'paid', lines: 3 },
});

await withScratch(async (folder) => {
  const sink = fork(fileURLToPath(new URL('./event-sink.js', import.meta.url)));
  try {
    const [{ port }] = (await once(sink, 'message')) as [{ port: number }];
    const measured: Measured[] = [];
    for (const way of waysOf(`http://127.0.0.1:${port}`, folder)) measured.push(await measure(way));
    await report(measured);
  } finally {
    sink.disconnect();
  }
});

function waysOf(url: string, folder: string): Way[] {
  const kept: string[] = [];
  const client = (durability: 'memory' | 'disk') => {
    const bounds = { bufferMaxEvents: events, bufferMaxBytes: 2 ** 31, flushIntervalMs: 1_000 };
    const spool = { folder: join(folder, durability) };
    const audit = createClient({ url, apiKey: 'k', environment: {}, durability, spool, service: 'bench', ...bounds });
    const end = async () => {
      const { dropped_events: dropped } = audit.stats().delivery;
      await audit.close();
      console.log(`${durability}: dropped ${Object.values(dropped).reduce((sum, number) => sum + number, 0)}`);
    };
    return { name: `log(), ${durability}`, log: (event: LogEvent) => audit.log(event), end };
  };
  return [
    { name: 'JSON.stringify, kept', log: (event) => kept.push(JSON.stringify(event)), end: () => void kept.splice(0) },
    client('memory'),
    {
      name: 'JSON.stringify, appendFileSync',
      log: (event) => appendFileSync(join(folder, 'lines'), `${JSON.stringify(event)}\n`),
      end: () => undefined,
    },
    client('disk'),
  ];
}

async function measure({ name, log, end }: Way): Promise<Measured> {
  const calls = new Float64Array(events);
  const resolved = new Float64Array(events);
  const startedMs = performance.now();
  for (let n = 0; n < events; n += together) {
    const pending: Promise<unknown>[] = [];
    for (let place = n; place < Math.min(events, n + together); place++) {
      const event = makeEvent(place);
      const began = performance.now();
      const result = withContext(context, log, event);
      calls[place] = (performance.now() - began) * 1_000;
      const settle = () => {
        resolved[place] = (performance.now() - began) * 1_000;
      };
      pending.push(Promise.resolve(result).then(settle));
    }
    // What is kept of the events would make the collector of garbage work for the bench.
    await Promise.all(pending);
    while (performance.now() - startedMs < ((n + together) / rate) * 1_000) await nextTurn();
  }
  await end();
  const warm = Math.floor(events * WARMUP_SHARE);
  return { name, calls: inRounds(calls.subarray(warm)), resolved: inRounds(resolved.subarray(warm)) };
}

function inRounds(times: Float64Array): Float64Array[] {
  const size = Math.floor(times.length / rounds);
  return Array.from({ length: rounds }, (_, round) => times.slice(round * size, (round + 1) * size).sort());
}

/** The median of the rounds, and the best: what else the machine does is in the first, and hardly in the second. */
function ofRounds(times: readonly Float64Array[], share: number): { median: number; best: number } {
  const values = times.map((round) => percentile(round, share)).sort((a, b) => a - b);
  return { median: percentile(values, 0.5), best: values[0] ?? 0 };
}

async function report(measured: readonly Measured[]): Promise<void> {
  const columns = ['way', 'call p50 µs', 'p99 µs', 'p99 µs, best round', 'p99.9 µs', 'resolved p50 µs', 'p99 µs'];
  const rows = measured.map(({ name, calls, resolved }) => [
    name,
    ofRounds(calls, 0.5).median,
    ofRounds(calls, 0.99).median,
    ofRounds(calls, 0.99).best,
    ofRounds(calls, 0.999).median,
    ofRounds(resolved, 0.5).median,
    ofRounds(resolved, 0.99).median,
  ]);
  const aims = measured
    .filter(({ name }) => name.startsWith('log()'))
    .map(({ name, calls }) => {
      const { median, best } = ofRounds(calls, 0.99);
      const seen = `${median.toFixed(1)} µs, best round ${best.toFixed(1)} µs`;
      return { what: `${name}: p99 of the call`, aim: `≤ ${AIM_US} µs`, seen, met: median <= AIM_US };
    });
  const title = `${events} calls each in ${rounds} rounds, ${together} in a turn of the event loop, ${rate} a second`;
  await publish(
    { bench: 'client-log', settings: { events, rounds, together, rate }, tables: [{ title, columns, rows }], aims },
    options.text('json'),
  );
}
