// Searches over HTTP in one large log while events arrive, and the same searches in PostgreSQL over a smaller table.
import { join } from 'node:path';
import { batchJob } from './batch-load.js';
import type { IndexSizes, IndexSizesJob } from './index-sizes.js';
import { readSealed } from './load.js';
import { LoadProcess } from './load-process.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { findPostgres, startPostgres } from './rivals/postgres-cluster.js';
import { PostgresSearch, type RivalIndex } from './rivals/postgres-search.js';
import { withScratch } from './scratch.js';
import { type Round, type SearchQuery, searchQueries } from './search-queries.js';
import { aimsOf, sizesTables, timesTable } from './search-report.js';
import { type Latencies, runRounds } from './search-rounds.js';
import { SearchServer } from './search-server.js';
import { FILLED_DAYS, RARE_WORD, SEARCHED_TENANT } from './searched-events.js';
import { ServerProcess } from './server-process.js';
import { runTask } from './task.js';

const options = readOptions('search', 'Searches in one large log while events arrive, beside PostgreSQL.', {
  events: { help: 'events in the log', default: '10000000' },
  'rival-events': { help: 'events in the table of PostgreSQL; 0 leaves it out', default: '1000000' },
  rate: { help: 'events a second that arrive in the log meanwhile', default: '10000' },
  seconds: { help: 'time for the searches; the rival has a third of it', default: '120' },
});
const events = options.number('events');
const rivalEvents = options.number('rival-events');
const rate = options.number('rate');
const seconds = options.number('seconds');
const WARMUPS = 3;
const SAMPLES = 100;
const DEEP_PAGE = 1000;
const DAY_MS = 86_400_000;
const SETTLE_MS = 100;
/** Of the time for searches, what those have that wait for what was acknowledged before them. */
const WAITING_SHARE = 0.2;
/** And what they have while nothing arrives. */
const ALONE_SHARE = 0.5;

/** After filling, until the engine has merged most of what it merges. */
const REST_MS = 20_000;

interface Ours {
  times: Latencies;
  /** While nothing arrives. */
  alone: Latencies;
  waiting: Latencies;
  fillSeconds: number;
  arrived: number;
}

const begun = performance.now();
const { ours, sizes } = await withScratch(async (folder) => {
  const data = join(folder, 'data');
  const ours = await measureOurs(data);
  const job: IndexSizesJob = { path: join(data, 'chdb') };
  return { ours, sizes: await runTask<IndexSizesJob, IndexSizes>('./index-sizes.js', job) };
});
const rival = rivalEvents === 0 ? undefined : await measureRival();
await publish(
  {
    bench: 'search',
    settings: { events, rivalEvents, rate, seconds, fillSeconds: ours.fillSeconds, arrived: ours.arrived },
    tables: [timesTable(ours, rival?.times, { events, rivalEvents, rate }), ...sizesTables(sizes, rival, rivalEvents)],
    aims: aimsOf(ours.times, sizes),
  },
  options.text('json'),
);

async function measureOurs(data: string): Promise<Ours> {
  // Reads that wait for what was acknowledged before them take as long as the sealing; that is measured afterwards.
  const hasty = await ServerProcess.start({ env: { ATTESTLOG_DATA: data, ATTESTLOG_READ_WAIT: '0ms' } });
  const measured = await whileRunning(hasty, async () => {
    const fillSeconds = await fill(hasty);
    say(`filled with ${events} events in ${Math.round(fillSeconds)} s`);
    const cursors = await new SearchServer(hasty).cursorsFrom(DEEP_PAGE);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const alone = await searchFor(hasty, seconds * ALONE_SHARE, cursors);
    return { fillSeconds, alone, ...(await besideIntake(hasty, seconds, cursors)) };
  });
  const waiting = await ServerProcess.start({ env: { ATTESTLOG_DATA: data } });
  const searches = searchQueries.slice(0, 2);
  const { times } = await whileRunning(waiting, () => besideIntake(waiting, seconds * WAITING_SHARE, [], searches));
  return { ...measured, waiting: times };
}

async function whileRunning<T>(server: ServerProcess, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await server.stop();
  }
}

/** Seconds that it takes until all is sealed. */
async function fill({ port, key }: ServerProcess): Promise<number> {
  const start = performance.now();
  const timesMs: [number, number] = [Date.now() - FILLED_DAYS * DAY_MS, Date.now()];
  const filling = { maxEvents: events, tenant: SEARCHED_TENANT, freshIds: true, rareWord: RARE_WORD, timesMs } as const;
  const load = await LoadProcess.prepare(batchJob({ port, key, seconds: 3600, ...filling }));
  const { acknowledged } = await load.run();
  await untilSealed(port, acknowledged);
  return (performance.now() - start) / 1000;
}

async function untilSealed(port: number, count: number): Promise<void> {
  while ((await readSealed(port)) < count) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/** Searches while events arrive in the log that is searched. */
async function besideIntake(
  server: ServerProcess,
  forSeconds: number,
  cursors: readonly string[],
  queries?: readonly SearchQuery[],
): Promise<{ times: Latencies; arrived: number }> {
  const { port, key } = server;
  const fresh = { tenant: SEARCHED_TENANT, freshIds: true, seed: 2 } as const;
  const load = await LoadProcess.prepare(batchJob({ port, key, seconds: 3600, eventsPerSecond: rate, ...fresh }));
  const sealed = await readSealed(port);
  const running = load.run().catch(() => undefined);
  try {
    const start = performance.now();
    const times = await searchFor(server, forSeconds, cursors, queries);
    const arrived = (((await readSealed(port)) - sealed) / (performance.now() - start)) * 1000;
    say(`searched ${[...times.values()][0]!.runs} rounds while ${Math.round(arrived)} events/s were sealed`);
    return { times, arrived };
  } finally {
    load.kill();
    await running;
  }
}

async function searchFor(
  server: ServerProcess,
  forSeconds: number,
  cursors: readonly string[],
  queries?: readonly SearchQuery[],
): Promise<Latencies> {
  const searched = new SearchServer(server);
  const sampled = await searched.sample(Array.from({ length: SAMPLES }, () => momentAt(Math.random())));
  const time = async (query: SearchQuery, round: Round) => {
    const asked = query.ours(round);
    return asked && searched.time(asked);
  };
  const job = { seconds: forSeconds, warmups: WARMUPS, events: sampled, cursors, time };
  return runRounds(queries === undefined ? job : { ...job, queries });
}

async function measureRival(): Promise<
  { times: Latencies; bytes: number; indexes: readonly RivalIndex[] } | undefined
> {
  const programs = findPostgres();
  if (programs === undefined) {
    say('PostgreSQL is not installed (apt-get install postgresql); it is left out');
    return undefined;
  }
  const cluster = await startPostgres(programs);
  try {
    const rivalSearch = new PostgresSearch(cluster);
    await rivalSearch.fill(rivalEvents);
    say('PostgreSQL is filled');
    const time = async (query: SearchQuery, round: Round) => {
      const start = performance.now();
      await rivalSearch.run(query.rival(round));
      return { milliseconds: performance.now() - start };
    };
    const sampled = await rivalSearch.sample(10 * SAMPLES);
    const times = await runRounds({ seconds: seconds / 3, warmups: WARMUPS, events: sampled, time });
    const bytes = await rivalSearch.bytes();
    await rivalSearch.close();
    return { times, bytes, indexes: rivalSearch.indexes };
  } finally {
    await cluster.stop();
  }
}

/** RFC 3339. @param share of the days that are filled, from the first on */
function momentAt(share: number): string {
  return new Date(Date.now() - (1 - share) * FILLED_DAYS * DAY_MS).toISOString();
}

function say(what: string): void {
  console.error(`${Math.round((performance.now() - begun) / 1000)} s: ${what}`);
}
