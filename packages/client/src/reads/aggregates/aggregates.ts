import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import type { QueryCost, TimeQuery } from '../search/event-page.js';
import type { EventQuery } from '../search/search.js';

/** Lengths of stretches of time; the long ones are those of the calendar. */
export type BucketLength =
  | ('1m' | '5m' | '10m' | '15m' | '30m' | 'minute')
  | ('1h' | '2h' | '3h' | '4h' | '6h' | '8h' | '12h' | 'hour')
  | ('day' | 'week' | 'month' | 'quarter' | 'year');

/** A bound on a measure; times are RFC 3339. */
export interface Having {
  readonly measure: string;
  readonly gt?: number | string;
  readonly gte?: number | string;
  readonly lt?: number | string;
  readonly lte?: number | string;
  readonly eq?: number | string;
}

/** What is asked of an aggregate (docs/aggregates.md). */
export interface AggregateQuery extends EventQuery {
  /** Up to 4 fields of the search syntax. */
  readonly group_by?: readonly string[];
  readonly bucket?: { readonly every: BucketLength; readonly time_zone?: string };
  /** Such as `count`, `distinct(actor.id)`, `sum(metadata.amount)`; up to 8, `count` if absent. */
  readonly measures?: readonly string[];
  readonly having?: readonly Having[];
  readonly order?: { readonly by?: string; readonly direction?: 'asc' | 'desc' };
  /** Groups at most, 1 to 1,000; 100 if absent. */
  readonly limit?: number;
  /** Rows also for stretches of time without an event. */
  readonly fill?: boolean;
}

/** A value and how often it is there. */
export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** What the events of one group, in one stretch of time, come to. */
export interface AggregateRow {
  /** When the stretch of time begins. */
  readonly bucket?: string;
  /** Values by the names of the fields; null: the events without one. */
  readonly group: Readonly<Record<string, string | null>>;
  /** By their names; null: there is no number to say it of. */
  readonly measures: Readonly<Record<string, number | string | null | readonly ValueCount[]>>;
}

export interface AggregateAnswer {
  readonly rows: readonly AggregateRow[];
  /** There are more groups than in the answer. */
  readonly truncated: boolean;
  /** The time that was meant, RFC 3339; absent: no beginning. */
  readonly from?: string;
  readonly to?: string;
  readonly behind: number;
  readonly cost: QueryCost;
}

/** Which events are counted; `actor` is exactly an id, `action` exactly an action. */
export interface CountQuery extends TimeQuery {
  readonly q?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Values of each field; 10 if absent. */
  readonly limit?: number | undefined;
}

export interface FacetsQuery extends CountQuery {
  /** Up to 7 fields. */
  readonly fields?: readonly string[] | undefined;
}

export interface FacetsAnswer {
  readonly total: number;
  readonly facets: readonly {
    readonly field: string;
    /** Most frequent first. */
    readonly values: readonly ValueCount[];
    readonly more: boolean;
    readonly with: number;
    readonly without: number;
  }[];
  readonly behind: number;
  readonly cost: QueryCost;
}

interface Size {
  readonly events: number;
  /** Bytes of the entries. */
  readonly bytes: number;
}

/** Null: the events without a value. */
export interface ValueSize extends Size {
  readonly value: string | null;
}

export interface StatsAnswer extends Size {
  /** Time of the first event; null: there is none. */
  readonly first: string | null;
  readonly last: string | null;
  readonly by_day: readonly (Size & { readonly day: string })[];
  readonly by_action: readonly ValueSize[];
  readonly by_category: readonly ValueSize[];
  readonly by_operation: readonly ValueSize[];
  readonly by_outcome: readonly ValueSize[];
  readonly by_severity: readonly ValueSize[];
  readonly top_actors: readonly ValueSize[];
  readonly behind: number;
  readonly cost: QueryCost;
}

/** Counting and measuring events. */
export interface Aggregates {
  /** Counts and measures events by fields and by time. */
  aggregate(query: AggregateQuery, options?: CallOptions): Promise<AggregateAnswer>;
  /** The most frequent values of fields. */
  facets(query?: FacetsQuery, options?: CallOptions): Promise<FacetsAnswer>;
  /** What the events of the tenant come to. */
  statistics(query?: CountQuery, options?: CallOptions): Promise<StatsAnswer>;
}

/** {@link Aggregates} on a server. */
export function aggregates(http: ReadHttp): Aggregates {
  return {
    aggregate: (body, options) => http.json({ method: 'POST', path: 'api/v1/events/aggregate', body }, options),
    facets: (query = {}, options) => http.json({ path: 'api/v1/events/facets', query: { ...query } }, options),
    statistics: (query = {}, options) => http.json({ path: 'api/v1/stats', query: { ...query } }, options),
  };
}
