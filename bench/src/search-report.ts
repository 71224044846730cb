import type { IndexSizes } from './index-sizes.js';
import type { Aim, Cell, Table } from './report.js';
import type { RivalIndex } from './rivals/postgres-search.js';
import { type SearchQuery, searchQueries } from './search-queries.js';
import type { Latencies, QueryLatency } from './search-rounds.js';

const MAX_BYTES_AN_EVENT = 300;
const COLUMNS_SHOWN = 12;

export interface SearchSettings {
  events: number;
  rivalEvents: number;
  rate: number;
}

/** p50 and p95 of each query, ours beside the rival's. */
export function timesTable(
  { times, alone, waiting }: Record<'times' | 'alone' | 'waiting', Latencies>,
  rival: Latencies | undefined,
  { events, rivalEvents, rate }: SearchSettings,
): Table {
  const rows = searchQueries.map((query): Cell[] => {
    const [own, resting, other] = [seen(times, query), seen(alone, query), seen(rival, query)];
    return [
      query.what,
      own.runs,
      own.p50Ms,
      own.p95Ms,
      resting.p50Ms,
      resting.p95Ms,
      own.rowsRead,
      other.p50Ms,
      other.p95Ms,
      own.p95Ms / other.p95Ms,
      query.index,
    ];
  });
  const waited = searchQueries
    .filter((query) => waiting.has(query))
    .map((query): Cell[] => {
      const { runs, p50Ms, p95Ms, rowsRead } = seen(waiting, query);
      return [
        `${query.what}, after all acknowledged before`,
        runs,
        p50Ms,
        p95Ms,
        NONE,
        NONE,
        rowsRead,
        NONE,
        NONE,
        NONE,
        query.index,
      ];
    });
  const counts = [events, rivalEvents].map((count) => count.toLocaleString('en'));
  return {
    title: `Searches in ${counts[0]} events of one tenant while ${rate} a second arrive; PostgreSQL has ${counts[1]} and none arrive`,
    columns: [
      'query',
      'runs',
      'p50 ms',
      'p95 ms',
      'alone p50',
      'p95',
      'rows read',
      'PostgreSQL p50',
      'p95',
      'p95 ÷ its',
      'needs',
    ],
    rows: [...rows, ...waited],
  };
}

/** What the events, their columns and their indexes take. */
export function sizesTables(
  sizes: IndexSizes,
  rival: { bytes: number; indexes: readonly RivalIndex[] } | undefined,
  rivalEvents: number,
): Table[] {
  const anEvent = (bytes: number) => bytes / sizes.events;
  const ours: Table = {
    title: `On the disk, bytes an event, over ${sizes.events.toLocaleString('en')} events`,
    columns: ['what', 'bytes'],
    rows: [
      ['all live parts, events and tree', anEvent(sizes.bytes)],
      ...sizes.indexes.map(([name, bytes]): Cell[] => [`index ${name}`, anEvent(bytes)]),
      ...sizes.columns.slice(0, COLUMNS_SHOWN).map(([name, bytes]): Cell[] => [`column ${name}`, anEvent(bytes)]),
    ],
  };
  if (rival === undefined) return [ours];
  const rows = rival.indexes.map(({ name, bytes, seconds }): Cell[] => [`index ${name}`, bytes / rivalEvents, seconds]);
  const theirs: Table = {
    title: 'PostgreSQL on the disk, bytes an event',
    columns: ['what', 'bytes', 'seconds to make'],
    rows: [['table and indexes', rival.bytes / rivalEvents, NONE], ...rows],
  };
  return [ours, theirs];
}

export function aimsOf(times: Latencies, sizes: IndexSizes): Aim[] {
  const bytes = sizes.bytes / sizes.events;
  const disk = { what: 'disk an event', aim: `<= ${MAX_BYTES_AN_EVENT} bytes`, seen: `${Math.round(bytes)} bytes` };
  const ofQueries = searchQueries.map((query): Aim => {
    const { p95Ms, runs } = seen(times, query);
    const aim = { what: `${query.what}: p95`, aim: `<= ${query.aimMs} ms` };
    if (runs === 0) return { ...aim, seen: 'not measured' };
    return { ...aim, seen: `${p95Ms.toFixed(1)} ms`, met: p95Ms <= query.aimMs };
  });
  return [...ofQueries, { ...disk, met: bytes <= MAX_BYTES_AN_EVENT }];
}

const NONE = '–';

const UNKNOWN: QueryLatency = {
  runs: 0,
  p50Ms: Number.NaN,
  p95Ms: Number.NaN,
  p99Ms: Number.NaN,
  rowsRead: Number.NaN,
};

function seen(times: Latencies | undefined, query: SearchQuery): QueryLatency {
  const latency = times?.get(query);
  return latency === undefined || latency.runs === 0 ? UNKNOWN : latency;
}
