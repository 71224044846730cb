import type { Measure } from '../../ports/aggregation.js';
import type { FilterParameters } from '../event-filter.js';

/** What is to be counted of the events that a reader may see. */
export interface AggregateQuery extends FilterParameters {
  /** Event times, both inclusive: RFC 3339, or words such as `last 7 days`. */
  from?: string | undefined;
  to?: string | undefined;
  /** Where days begin, and what words about time mean: a name of the IANA time zone database; `UTC` if absent. */
  timeZone?: string | undefined;
  /** Fields in any of their names. */
  groupBy?: readonly string[] | undefined;
  /** The length of stretches of time: one of `bucketLengths`. */
  every?: string | undefined;
  /** The number of events, if absent. */
  measures?: readonly Measure[] | undefined;
  having?: readonly AggregateBound[] | undefined;
  order?: AggregateQueryOrder | undefined;
  /** Groups at most; without `groupBy`, stretches of time at most. */
  limit?: number | undefined;
  /** Rows also for stretches of time without an event. */
  fill?: boolean | undefined;
}

/** Bounds on a measure, which need not be among those that are asked for. Times in RFC 3339. */
export interface AggregateBound {
  measure: Measure;
  gt?: number | string | undefined;
  gte?: number | string | undefined;
  lt?: number | string | undefined;
  lte?: number | string | undefined;
  eq?: number | string | undefined;
}

export interface AggregateQueryOrder {
  /** Absent: by the values of the fields, or without fields by time. */
  measure?: Measure | undefined;
  descending: boolean;
}

export interface TopValue {
  value: string;
  count: number;
}

/** A number, a time in RFC 3339, the most frequent values; null: there is nothing to say it of. */
export type ShownMeasure = number | string | null | readonly TopValue[];

export interface AggregateResultRow {
  /** When the stretch of time begins, RFC 3339 in the time zone of the query; absent where none were asked for. */
  bucket?: string;
  /** Values by the canonical names of the fields; null: the events without one. */
  group: Record<string, string | null>;
  /** By the names of the measures: `count`, `distinct(actor.id)`, `percentile(metadata.ms,95)`. */
  measures: Record<string, ShownMeasure>;
}

export interface AggregateResult {
  /** Groups in their order, each with its stretches of time from the first on. */
  rows: AggregateResultRow[];
  /** There are more groups than were asked for or can be given. */
  truncated: boolean;
  /** The time that was meant, RFC 3339 in UTC, both inclusive; undefined: no end. */
  from: string | undefined;
  to: string | undefined;
  /** How many writes were not waited for: their events may be missing. */
  behind: number;
}
