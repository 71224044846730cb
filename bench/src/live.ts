// The live stream: how long after its acknowledgement an event comes to those who watch it, each with another filter,
// what it costs to find out who they are, and whether memory stays as it is.
import { compileFilter, FilterIndex } from '@attestlog/event';
import { measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { prepareEntries } from './prepared-entry.js';
import { type Aim, publish, type Table } from './report.js';
import { withScratch } from './scratch.js';
import { readFilter, watchedFilters } from './watched-filters.js';
import { runServer, type ServerResult } from './watched-server.js';
import { runTail } from './watched-tail.js';

const options = readOptions('live', 'Many subscribers with different filters, and a log that grows fast.', {
  subscribers: { help: 'how many follow the log, each with another filter; a list', default: '10,2000' },
  rate: { help: 'events a second; a list', default: '10000' },
  seconds: { help: 'time for the log to grow, for each of them', default: '20' },
  stages: { help: 'also say where the time goes', boolean: true },
  'in-process': { help: 'also the tail alone, without a server, beside subscribers that read nothing', boolean: true },
});
const seconds = options.number('seconds');
const rates = listOf('rate');
const counts = listOf('subscribers');
const MANY = 100;
const STALLED_SHARE = 0.1;

interface Run {
  subscribers: number;
  rate: number;
  matchingUs: number;
  result: ServerResult;
}

const runs: Run[] = [];
const tables: Table[] = [];
const aims: Aim[] = [];
const matchingUs = new Map(counts.map((count) => [count, matching(filtersOf(count))]));
for (const rate of rates) {
  for (const subscribers of counts) {
    const filters = filtersOf(subscribers);
    const result = await withScratch((data) => runServer({ data, filters, eventsPerSecond: rate, seconds }));
    runs.push({ subscribers, rate, matchingUs: matchingUs.get(subscribers)!.index, result });
    if (options.is('stages')) tables.push(result.stages);
  }
}
tables.unshift(delayTable());
for (const { subscribers, rate, result } of runs) judge(`${subscribers} at ${rate}/s`, result);
if (options.is('in-process')) tables.push(matchingTable(), await inProcess());
await publish({ bench: 'live', settings: { subscribers: counts, rates, seconds }, tables, aims }, options.text('json'));

function listOf(name: 'subscribers' | 'rate'): number[] {
  return options.text(name)!.split(',').map(Number);
}

/** A few see one event in fifty each, so that there is something to see; many see what people watch. */
function filtersOf(count: number): string[] {
  if (count >= MANY) return watchedFilters(count, 11);
  return Array.from({ length: count }, (_, number) => `actor:usr_000${number % 10}* -id:${number}`);
}

function delayTable(): Table {
  return {
    title: `From acknowledgement to arrival, ${seconds} s each; CPU time of finding out who watches an event`,
    columns: [
      'subscribers',
      'offered/s',
      'acknowledged/s',
      'delivered/s',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'matching µs an event',
      'ns an event and subscriber',
      'loop cores',
      'cores',
      'MiB at 1/3',
      'MiB at end',
    ],
    rows: runs.map(({ subscribers, rate, matchingUs, result }) => [
      subscribers,
      rate,
      result.acknowledgedPerSecond,
      result.delivered,
      result.latency.p50Ms,
      result.latency.p95Ms,
      result.latency.p99Ms,
      matchingUs,
      (1000 * matchingUs) / subscribers,
      result.loopCores,
      result.cores,
      ...result.residentMib,
    ]),
  };
}

function judge(what: string, { latency: { p95Ms }, residentMib: [early, late] }: ServerResult): void {
  aims.push({ what: `p95, ${what}`, aim: '<= 500 ms', seen: `${p95Ms.toFixed(0)} ms`, met: p95Ms <= 500 });
  const grown = late / early - 1;
  aims.push({
    what: `memory grows, ${what}`,
    aim: '<= 10 %',
    seen: `${(grown * 100).toFixed(1)} %`,
    met: grown <= 0.1,
  });
}

/** CPU time of one event, in microseconds. */
function matching(filters: readonly string[]): { index: number; every: number; found: number } {
  const events = prepareEntries(500, 5).map(({ bytes }): unknown => JSON.parse(bytes.toString()));
  const read = filters.map(readFilter);
  const index = new FilterIndex<number>();
  for (const [number, filter] of read.entries()) index.set(number, filter);
  const compiled = read.map(compileFilter);
  let found = 0;
  const withIndex = () => {
    found = 0;
    for (const event of events) index.forEachFitting(event, undefined, (holders) => (found += holders.size));
  };
  let every = 0;
  const withAll = () => {
    every = 0;
    for (const event of events) for (const fits of compiled) if (fits(event)) every += 1;
  };
  const microseconds = (work: () => void) => (measureCpu(work, 1000).medianMs * 1000) / events.length;
  const [ours, theirs] = [microseconds(withIndex), microseconds(withAll)];
  if (found !== every) throw new Error(`the index finds ${found}, the filters ${every}`);
  return { index: ours, every: theirs, found: found / events.length };
}

function matchingTable(): Table {
  return {
    title: 'Who watches an event: CPU µs for each (ratio: every filter / index)',
    columns: ['filters', 'index', 'every filter', 'ratio', 'holders found'],
    rows: [...matchingUs].map(([count, { index, every, found }]) => [count, index, every, every / index, found]),
  };
}

async function inProcess(): Promise<Table> {
  const subscribers = Math.max(...counts);
  const eventsPerSecond = Math.max(...rates);
  const stalled = Math.round(subscribers * STALLED_SHARE);
  const tail = await runTail({ filters: filtersOf(subscribers), eventsPerSecond, seconds, stalled });
  return {
    title: `The tail alone: ${subscribers} subscribers, ${stalled} of them stalled, ${eventsPerSecond} events/s; from publishing`,
    columns: [
      'events/s',
      'delivered/s',
      'store reads',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'CPU cores',
      'MiB at 1/3',
      'MiB at end',
      'waiting MiB',
    ],
    rows: [
      [
        tail.published,
        tail.delivered / seconds,
        tail.storeReads,
        tail.latency.p50Ms,
        tail.latency.p95Ms,
        tail.latency.p99Ms,
        tail.cpuShare,
        ...tail.residentMib,
        tail.waitingBytes / 1_048_576,
      ],
    ],
  };
}
