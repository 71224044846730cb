// What the middleware costs an application: Express and Fastify with it and without, side by side, in short turns.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AppJob, Variant } from './audited-app.js';
import { requestOf, type Work } from './audited-requests.js';
import { HttpConnection } from './http-connection.js';
import { readOptions } from './options.js';
import { type Aim, type Cell, publish, type Table } from './report.js';
import { median, percentile } from './stats.js';

const options = readOptions('middleware', 'Express and Fastify with the middleware and without.', {
  rounds: { help: 'turns of each variant', default: '16' },
  seconds: { help: 'time of a turn', default: '0.5' },
  connections: { help: 'requests under way at once', default: '32' },
  frameworks: { help: 'which of Express,Fastify', default: 'Express,Fastify' },
  works: { help: 'which of empty,small: how much the application does itself', default: 'small,empty' },
});
const rounds = options.number('rounds');
const turnMs = options.number('seconds') * 1000;
const connections = options.number('connections');
const frameworks = options.text('frameworks')!.split(',') as AppJob['framework'][];
const works = options.text('works')!.split(',') as Work[];

const variants: readonly Variant[] = ['plain', 'writes_only', 'middleware alone', 'all, context: false', 'all'];
const lossAims: Partial<Record<Variant, number>> = { writes_only: 0.03, all: 0.08 };

interface Turn {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** CPU time of the application for one request, in microseconds. */
  readonly cpuUs: number;
}

interface App {
  readonly variant: Variant;
  readonly work: Work;
  readonly child: ChildProcess;
  readonly port: number;
  readonly turns: Turn[];
}

function startChild(module: string): ChildProcess {
  return fork(fileURLToPath(new URL(module, import.meta.url)), { execArgv: [] });
}

async function answer<Message>(child: ChildProcess, question?: unknown): Promise<Message> {
  const message = once(child, 'message');
  if (question !== undefined) child.send(question as object);
  return (await message)[0] as Message;
}

async function runTurn({ child, port, work }: App, milliseconds: number): Promise<Turn> {
  const open = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
  const times: number[] = [];
  const before = await answer<{ cpuMs: number }>(child, 'cpu');
  const start = performance.now();
  const end = start + milliseconds;
  await Promise.all(
    open.map(async (connection) => {
      for (let now = performance.now(); now < end; ) {
        const { status } = await connection.send(requestOf[work]);
        if (status !== 200) throw new Error(`status ${status}`);
        const then = performance.now();
        times.push(then - now);
        now = then;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const after = await answer<{ cpuMs: number }>(child, 'cpu');
  for (const connection of open) connection.close();
  const p99Ms = percentile(Float64Array.from(times).sort(), 0.99);
  const cpuUs = ((after.cpuMs - before.cpuMs) * 1000) / times.length;
  return { perSecond: times.length / seconds, p99Ms, cpuUs };
}

async function measure(framework: AppJob['framework'], work: Work, sinkUrl: string): Promise<App[]> {
  const apps = await Promise.all(
    variants.map(async (variant): Promise<App> => {
      const child = startChild('./audited-app.js');
      const { port } = await answer<{ port: number }>(child, { framework, variant, work, sinkUrl } satisfies AppJob);
      return { variant, work, child, port, turns: [] };
    }),
  );
  for (const app of apps) await runTurn(app, 2 * turnMs);
  for (let round = 0; round < rounds; round++) {
    // Each variant in each place, so that what the machine does meanwhile falls on all alike.
    const order = apps.map((_, place) => apps[(place + round) % apps.length]!);
    for (const app of order) app.turns.push(await runTurn(app, turnMs));
  }
  for (const { child } of apps) child.disconnect();
  return apps;
}

const of = (app: App, what: keyof Turn) => median(app.turns.map((turn) => turn[what]));
/** The median over the rounds of the ratio to the plain application in the same round. */
const ratio = (app: App, plain: App, what: keyof Turn) =>
  median(app.turns.map((turn, round) => turn[what] / plain.turns[round]![what]));

const sink = startChild('./event-sink.js');
const { port } = await answer<{ port: number }>(sink);
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const columns = ['variant', 'requests/s', 'loss', 'p99 ms', 'CPU µs a request', 'µs more', 'loss by CPU time'];
const tables: Table[] = [];
const aims: Aim[] = [];
for (const work of works) {
  for (const framework of frameworks) {
    const apps = await measure(framework, work, `http://127.0.0.1:${port}`);
    const plain = apps[0]!;
    const rows = apps.map((app): Cell[] => [
      app.variant,
      of(app, 'perSecond'),
      percent(1 - ratio(app, plain, 'perSecond')),
      of(app, 'p99Ms'),
      of(app, 'cpuUs'),
      of(plain, 'cpuUs') * (ratio(app, plain, 'cpuUs') - 1),
      percent(1 - 1 / ratio(app, plain, 'cpuUs')),
    ]);
    const title = `${framework}, an application with ${work === 'empty' ? 'an empty handler' : 'a small handler'}`;
    tables.push({ title, columns, rows });
    for (const app of apps) {
      const aim = lossAims[app.variant];
      if (aim === undefined) continue;
      const loss = 1 - ratio(app, plain, 'perSecond');
      const seen = `${percent(loss)}, by CPU time ${percent(1 - 1 / ratio(app, plain, 'cpuUs'))}`;
      aims.push({
        what: `${framework}, ${work}, ${app.variant}`,
        aim: `loss <= ${aim * 100} %`,
        seen,
        met: loss <= aim,
      });
    }
  }
}
const { events } = await answer<{ events: number }>(sink, 'count');
sink.disconnect();
tables.push({ title: 'Sink', columns: ['events that arrived'], rows: [[events]] });
await publish({ bench: 'middleware', settings: { rounds, turnMs, connections }, tables, aims }, options.text('json'));
