// What the filter language costs: to read a filter, to hold it against an event in the process, and to find a page of
// events in the store, beside a page without a filter.
import { join } from 'node:path';
import { admitEvent, anyOf, compileFilter, type Filter, formatNs, parseFilter, printFilter } from '@attestlog/event';
import { openChdbStore } from '../../packages/server/dist/adapters/chdb/chdb-store.js';
import { FilterParameters } from '../../packages/server/dist/adapters/chdb/filter-parameters.js';
import { filterSql } from '../../packages/server/dist/adapters/chdb/filter-sql.js';
import { batchOf, type EventRow } from '../../packages/server/dist/ports/batch-columns.js';
import type { EventStore } from '../../packages/server/dist/ports/store.js';
import { resolveSealed } from '../../packages/server/dist/privacy/searching/resolve-sealed.js';
import { makeEvent } from './events.js';
import { measureCpu } from './measure-cpu.js';
import { readOptions } from './options.js';
import { Random } from './random.js';
import { publish, type Table } from './report.js';
import { withScratch } from './scratch.js';
import { sealedBeside, sealing } from './sealed-beside.js';
import { latencyOf } from './stats.js';

const options = readOptions('filter', 'What the filter language costs, in the process and in the store.', {
  events: { help: 'events in the store, of one tenant', default: '300000' },
  rounds: { help: 'times that each page is asked for', default: '15' },
  seconds: { help: 'time for each step in the process', default: '0.5' },
});
const events = options.number('events');
const rounds = options.number('rounds');
const MILLISECONDS = options.number('seconds') * 1000;
const SAMPLE = 1_000;
const INSERT_ROWS = 10_000;
const BASE_NS = 1_760_000_000_000_000_000n;
const MS_NS = 1_000_000n;

/** Filters to read and to hold against events. */
const EXAMPLES = [
  'actor:usr_000017',
  'outcome:failure',
  'action:order.* -outcome:success metadata.amount:>900 "quota reset" time:>2025-10-01',
  'metadata.amount:>900',
  'time:>2025-10-01',
  'ip:10.1.0.0/16',
  'target.type:order',
  'actor.name:ada*',
  'quota',
  'any:firefox',
];

/**
 * Filters to find pages by. The number of the round stands in each, so that the engine remembers nothing of the round
 * before: it keeps which blocks a condition was true in.
 */
const SEARCHES: readonly [what: string, text: (round: number) => string][] = [
  ['no filter', () => '*'],
  ['an actor (index)', (round) => `actor:usr_${String(round).padStart(6, '0')}`],
  ['a session that there is not (index)', (round) => `session:none${round}`],
  ['a word of 1 in 13 messages (index)', (round) => `quota -id:${round}`],
  ['a phrase (index)', (round) => `"quota reset" -id:${round}`],
  ['a word that there is not (index)', (round) => `zebra${round}`],
  ['an action and an outcome', (round) => `action:order.* outcome:denied -id:${round}`],
  ['a network of 1 in 256', (round) => `ip:10.${round}.0.0/16`],
  ['a number in metadata, 1 in 5,000', (round) => `metadata.amount:>=49990.${round}`],
  ['a text in metadata, none', (round) => `metadata.currency:X${round}`],
  ['a name, without its case, none', (round) => `actor.name:"Nobody ${round}"`],
  ['a word anywhere, none', (round) => `any:zebra${round}`],
];

/** The same for values that are sealed, as the server resolves them: by the blind index (an index), and the plain field. */
const SEALED_SEARCHES: readonly [what: string, filter: (round: number) => Filter][] = [
  ['an e-mail address, not sealed', (round) => parsed(`actor.email:${emailOf(round)}`)],
  ['an e-mail address, its blind index alone', (round) => blindsOf(resolved(`actor.email:${emailOf(round)}`))],
  ['an e-mail address, sealed or not', (round) => resolved(`actor.email:${emailOf(round)}`)],
  ['an address, sealed or not, none', (round) => resolved(`ip:192.0.2.${round}`)],
];

const random = new Random(7);
const randomBeside = new Random(8);
/** E-mail addresses of actors, in the order of their first events. */
const emails = new Set<string>();
const entries = Array.from({ length: SAMPLE }, (_, number) => JSON.parse(Buffer.from(rowOf(number).entry).toString()));

await withScratch(async (folder) => {
  const store = await openChdbStore({
    path: join(folder, 'chdb'),
    readSessions: 2,
    maxReadSeconds: 60,
    maxReadBytes: 4_000_000_000,
    maxServerBytes: 6_000_000_000,
  });
  try {
    const tables = [inProcess(), await inStore(store)];
    await publish({ bench: 'filter', settings: { events, rounds }, tables, aims: [] }, options.text('json'));
  } finally {
    await store.close();
  }
});

function inProcess(): Table {
  const microseconds = (run: () => unknown) => measureCpu(run, MILLISECONDS).medianMs * 1000;
  const rows = EXAMPLES.map((text) => {
    const filter = parsed(text);
    const fits = compileFilter(filter);
    const perEvent = microseconds(() => entries.filter((entry) => fits(entry))) / SAMPLE;
    return [
      text,
      microseconds(() => parseFilter(text)),
      microseconds(() => printFilter(filter)),
      microseconds(() => compileFilter(filter)),
      microseconds(() => filterSql(filter, new FilterParameters())),
      perEvent,
      entries.filter((entry) => fits(entry)).length,
    ];
  });
  const columns = ['filter', 'parse µs', 'print µs', 'compile µs', 'SQL µs', 'µs an event', `of ${SAMPLE} fit`];
  return { title: 'In the process, CPU time', columns, rows };
}

async function inStore(store: EventStore): Promise<Table> {
  for (let first = 0; first < events; first += INSERT_ROWS) {
    const rows = Array.from({ length: Math.min(INSERT_ROWS, events - first) }, (_, place) => rowOf(first + place));
    await store.insert(batchOf(`rows-${first}`, rows, []));
  }
  const searches = SEARCHES.map(([what, text]) => [what, (round: number) => parsed(text(round))] as const);
  const rows: [string, number, number, number, number][] = [];
  for (const [what, filterOf] of [...searches, ...SEALED_SEARCHES]) {
    const times: number[] = [];
    let found = 0;
    for (let round = 0; round < rounds; round++) {
      const query = { tenant: 'bench', before: events, filter: filterOf(round), limit: 100 };
      const begun = performance.now();
      found += (await store.page(query)).length;
      times.push(performance.now() - begun);
    }
    const { p50Ms, p95Ms } = latencyOf(times);
    rows.push([what, p50Ms, p95Ms, p50Ms / (rows[0]?.[1] ?? p50Ms), found / rounds]);
  }
  const columns = ['page of 100', 'p50 ms', 'p95 ms', '× no filter', 'found'];
  return { title: `In the store, ${events.toLocaleString('en')} events of one tenant`, columns, rows };
}

function rowOf(number: number): EventRow {
  const receivedAtNs = BASE_NS + BigInt(number) * MS_NS;
  const event = { ...makeEvent(random), id: `evt_${random.hex(24)}`, time: formatNs(receivedAtNs) };
  const admitted = admitEvent(event, {
    receivedAt: formatNs(receivedAtNs),
    receivedAtNs,
    newId: () => '',
    maxFutureSkewMs: 0,
    sha256: () => '',
  });
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
  emails.add(event.actor?.email ?? '');
  const entry = Uint8Array.from(admitted.entry);
  return { tenant: 'bench', index: number, position: number, entry, sealed: sealedBeside(event, randomBeside) };
}

function emailOf(round: number): string {
  return [...emails][round] as string;
}

function resolved(text: string): Filter {
  const { filter, problem } = resolveSealed(parsed(text), sealing);
  if (filter === undefined) throw new Error(problem.message);
  return filter;
}

function blindsOf(filter: Filter): Filter {
  return anyOf(...(filter.op === 'or' ? filter.filters.filter(({ op }) => op === 'sealed') : []));
}

function parsed(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(`${text}: ${problem.message}`);
  return filter;
}
