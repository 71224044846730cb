import type { ReadOptions } from '../../ports/read-options.js';
import { usageKinds } from '../../ports/store.js';
import type { Reader } from '../event-reader.js';
import type { AggregateQuery, AggregateResultRow } from './aggregate-query.js';
import type { Aggregator } from './aggregator.js';

/** Days that are counted one by one: the last of those that are asked for. */
export const STATS_MAX_DAYS = 366;
export const STATS_MAX_VALUES = 100;

export interface ValueStats {
  /** null: the events without one. */
  value: string | null;
  events: number;
  bytes: number;
}

export interface DayStats {
  /** When it begins, RFC 3339 in the time zone of the query. */
  day: string;
  events: number;
  bytes: number;
}

export interface Stats {
  events: number;
  /** Bytes of the entries. */
  bytes: number;
  /** Times of the first and the last event; null: there is none. */
  first: string | null;
  last: string | null;
  by_day: DayStats[];
  by_action: ValueStats[];
  by_category: ValueStats[];
  by_operation: ValueStats[];
  by_outcome: ValueStats[];
  by_severity: ValueStats[];
  top_actors: ValueStats[];
  behind: number;
}

export interface StatsQuery
  extends Pick<AggregateQuery, 'q' | 'filter' | 'actor' | 'action' | 'from' | 'to' | 'timeZone'> {
  /** Values of each field. */
  limit: number;
}

const SIZES = [{ kind: 'count' }, { kind: 'bytes' }] as const;
const MS_PER_DAY = 86_400_000;

/** @throws Problem what {@link Aggregator.run} throws */
export async function statsOf(
  aggregates: Aggregator,
  tenant: string,
  { limit, ...which }: StatsQuery,
  reader: Reader,
  options?: ReadOptions,
): Promise<Stats> {
  const run = (query: AggregateQuery) => aggregates.run(tenant, { ...which, ...query }, reader, options);
  const all = await run({ measures: SIZES });
  const ends = await aggregates.ends(tenant, which, reader, options);
  const by = async (field: string) => {
    const { rows } = await run({ groupBy: [field], measures: SIZES, limit });
    return rows.map((row) => ({ value: row.group[field]!, ...sizesOf(row) }));
  };
  const kinds: Record<string, ValueStats[]> = {};
  for (const kind of usageKinds) kinds[`by_${kind}`] = await by(kind);
  return {
    ...sizesOf(all.rows[0]!),
    first: ends?.first ?? null,
    last: ends?.last ?? null,
    by_day: ends === undefined ? [] : await daysOf(run, ends),
    ...(kinds as Pick<Stats, 'by_action' | 'by_category' | 'by_operation' | 'by_outcome' | 'by_severity'>),
    top_actors: (await by('actor.id')).filter(({ value }) => value !== null),
    behind: all.behind,
  };
}

async function daysOf(
  run: (query: AggregateQuery) => ReturnType<Aggregator['run']>,
  { first, last }: { first: string; last: string },
): Promise<DayStats[]> {
  const earliest = new Date(Date.parse(last) - (STATS_MAX_DAYS - 1) * MS_PER_DAY).toISOString();
  const from = first > earliest ? first : earliest;
  const { rows } = await run({ from, to: last, every: 'day', measures: SIZES, fill: true });
  return rows.slice(-STATS_MAX_DAYS).map((row) => ({ day: row.bucket!, ...sizesOf(row) }));
}

function sizesOf({ measures }: AggregateResultRow): { events: number; bytes: number } {
  return { events: Number(measures.count), bytes: Number(measures.bytes) };
}
