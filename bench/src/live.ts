// The live stream: what it costs to find out who watches an event, beside evaluating every filter, and whether
// subscribers that follow a log at 10,000 events a second get it soon, while memory stays as it is.
import { compileFilter, FilterIndex } from '@attestlog/event';
import { measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { prepareEntries } from './prepared-entry.js';
import { type Aim, publish, type Table } from './report.js';
import { withScratch } from './scratch.js';
import { readFilter, watchedFilters } from './watched-filters.js';
import { runServer } from './watched-server.js';
import { runTail } from './watched-tail.js';

const options = readOptions('live', 'Many subscribers with different filters, and a log that grows fast.', {
  subscribers: { help: 'how many follow the log, each with another filter', default: '2000' },
  rate: { help: 'events a second', default: '10000' },
  seconds: { help: 'time for the log to grow', default: '20' },
  stalled: { help: 'how many of the subscribers read nothing', default: '200' },
  'no-server': { help: 'leave out the whole server with a connection for each subscriber', boolean: true },
});
const subscribers = options.number('subscribers');
const eventsPerSecond = options.number('rate');
const seconds = options.number('seconds');
const stalled = options.number('stalled');

const filters = watchedFilters(subscribers, 11);
const tables: Table[] = [matching()];
const tail = await runTail({ filters, eventsPerSecond, seconds, stalled });
tables.push({
  title: `${subscribers} subscribers of one log, ${stalled} of them stalled, ${eventsPerSecond} events/s, ${seconds} s`,
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
});
const [early, late] = tail.residentMib;
const aims: Aim[] = [
  {
    what: 'p95 from commit',
    aim: '<= 100 ms',
    seen: `${tail.latency.p95Ms.toFixed(1)} ms`,
    met: tail.latency.p95Ms <= 100,
  },
  {
    what: 'memory grows',
    aim: '<= 10 %',
    seen: `${((late / early - 1) * 100).toFixed(1)} %`,
    met: late <= early * 1.1,
  },
  { what: 'CPU', aim: '<= 1 core', seen: `${tail.cpuShare.toFixed(2)}`, met: tail.cpuShare <= 1 },
];
if (!options.is('no-server')) await wholeServer();
await publish(
  { bench: 'live', settings: { subscribers, eventsPerSecond, seconds, stalled }, tables, aims },
  options.text('json'),
);

/** With a connection for each subscriber, and beside it the same load with nobody there. */
async function wholeServer(): Promise<void> {
  const run = (some: readonly string[]) =>
    withScratch((data) => runServer({ data, filters: some, eventsPerSecond, seconds }));
  const [alone, watched] = [await run([]), await run(filters)];
  tables.push({
    title: `The server, ${eventsPerSecond} events/s offered, ${seconds} s; milliseconds from sending to arrival`,
    columns: [
      'streams',
      'ack/s',
      'ratio',
      'delivered/s',
      'p50',
      'p95',
      'p99',
      'loop cores',
      'cores',
      'MiB 1/3',
      'MiB end',
    ],
    rows: [alone, watched].map((one) => [
      one === alone ? 0 : subscribers,
      one.acknowledgedPerSecond,
      one.acknowledgedPerSecond / alone.acknowledgedPerSecond,
      one.delivered,
      ...(one === alone ? ['', '', ''] : [one.latency.p50Ms, one.latency.p95Ms, one.latency.p99Ms]),
      one.loopCores,
      one.cores,
      ...one.residentMib,
    ]),
  });
  const { p95Ms } = watched.latency;
  aims.push({ what: 'p95 to arrival', aim: '<= 500 ms', seen: `${p95Ms.toFixed(0)} ms`, met: p95Ms <= 500 });
}

/** CPU time of one event. */
function matching(): Table {
  const events = prepareEntries(500, 5).map(({ bytes }): unknown => JSON.parse(bytes.toString()));
  const counts = [subscribers / 20, subscribers / 4, subscribers].map(Math.round);
  return {
    title: 'Who watches an event: CPU µs for each (ratio: every filter / index)',
    columns: ['filters', 'index', 'every filter', 'ratio', 'holders found'],
    rows: counts.map((count) => {
      const some = filters.slice(0, count).map(readFilter);
      const index = new FilterIndex<number>();
      for (const [number, filter] of some.entries()) index.set(number, filter);
      const compiled = some.map(compileFilter);
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
      return [count, ours, theirs, theirs / ours, found / events.length];
    }),
  };
}
