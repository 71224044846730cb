import { type Round, type SampledEvent, type SearchQuery, searchQueries } from './search-queries.js';
import type { Timing } from './search-server.js';
import { FILLED_DAYS } from './searched-events.js';
import { type Latency, latencyOf, median } from './stats.js';

export interface QueryLatency extends Latency {
  /** None where the query cannot be asked. */
  runs: number;
  /** Median; NaN where no answer says it. */
  rowsRead: number;
}

export type Latencies = ReadonlyMap<SearchQuery, QueryLatency>;

export interface RoundsJob {
  seconds: number;
  /** Rounds at the beginning that do not count: the engine and the compiler have not seen the queries before. */
  warmups: number;
  events: readonly SampledEvent[];
  cursors?: readonly string[];
  queries?: readonly SearchQuery[];
  /** Runs a query; undefined where it cannot be asked. */
  time(query: SearchQuery, round: Round): Promise<Timing | undefined>;
}

/** Runs each query once, then each once again, and so on, so that all meet the same moments of the machine. */
export async function runRounds({
  seconds,
  warmups,
  events,
  cursors = [],
  queries,
  time,
}: RoundsJob): Promise<Latencies> {
  const asked = queries ?? searchQueries;
  const times = new Map(asked.map((query) => [query, [] as Timing[]]));
  let end = Number.POSITIVE_INFINITY;
  for (let number = 0; performance.now() < end; number++) {
    if (number === warmups) end = performance.now() + seconds * 1000;
    const cursor = cursors[number % cursors.length];
    const moment = new Date(Date.now() - Math.random() * 0.9 * FILLED_DAYS * 86_400_000).toISOString();
    for (const query of asked) {
      const event = events[Math.floor(Math.random() * events.length)]!;
      const took = await time(query, { event, number, moment, ...(cursor === undefined ? {} : { cursor }) });
      if (took !== undefined && number >= warmups) times.get(query)!.push(took);
    }
  }
  return new Map([...times].map(([query, timings]) => [query, summaryOf(timings)]));
}

function summaryOf(timings: readonly Timing[]): QueryLatency {
  const rows = timings.flatMap(({ rowsRead }) => rowsRead ?? []);
  const rowsRead = rows.length === 0 ? Number.NaN : median(rows);
  return { ...latencyOf(timings.map(({ milliseconds }) => milliseconds)), runs: timings.length, rowsRead };
}
