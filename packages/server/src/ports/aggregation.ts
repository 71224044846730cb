import type { EventSelection } from './event-selection.js';

/**
 * What is counted of the events of a group. Fields are those of the filter language by their canonical names, and their
 * values those that filters see: of free JSON the texts, numbers and booleans, each element of a list for itself. What
 * stands for a value that is sealed or too large is none.
 */
export type Measure =
  /** The events; with a field those that have it, which are the events that `exists` finds. */
  | { readonly kind: 'count'; readonly field?: string }
  /** Bytes of the entries. */
  | { readonly kind: 'bytes' }
  /** How many different values there are, exactly. */
  | { readonly kind: 'distinct'; readonly field: string }
  /** Of the numbers alone: a number in a text is a text. `min` and `max` of times as well, in nanoseconds since 1970. */
  | { readonly kind: 'sum' | 'min' | 'max' | 'avg'; readonly field: string }
  /** Between the two nearest numbers where it falls between them. `p` in percent, 0 to 100. */
  | { readonly kind: 'percentile'; readonly field: string; readonly p: number }
  /** The most frequent values with the number of events that have them. */
  | { readonly kind: 'top'; readonly field: string; readonly k: number }
  /** Nanoseconds in which so many events lie at the closest; null where there are fewer. */
  | { readonly kind: 'closest'; readonly events: number }
  /** The same of so many different values of a field, at least two of them. */
  | { readonly kind: 'closest-values'; readonly field: string; readonly values: number };

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** null: there is no number or time to say it of. */
export type MeasureValue = number | bigint | null | readonly ValueCount[];

/** A bound on a measure that is one number or time; null meets none. All that are there have to hold. */
export interface MeasureBound {
  /** Its place among the measures. */
  readonly measure: number;
  readonly gt?: number | bigint;
  readonly gte?: number | bigint;
  readonly lt?: number | bigint;
  readonly lte?: number | bigint;
  readonly eq?: number | bigint;
}

/** By a measure that is one number or time, null last, and then by the values; or by the values alone. */
export interface AggregateOrder {
  /** Place among the measures; absent: by the values of the fields. */
  readonly measure?: number;
  readonly descending: boolean;
}

/** What is counted of the events of a selection, by the values of fields and by stretches of time. */
export interface Aggregation extends EventSelection {
  /**
   * Canonical names. An event belongs to every value that it has, and once to the group without one; of several fields to
   * every combination. None: all events are one group, which is there also when it has no event.
   */
  readonly groupBy: readonly string[];
  /**
   * Where each stretch of time begins, ascending, in nanoseconds since 1970: an event belongs to the last that begins at
   * or before its time. Every event of the selection lies in one. Absent: time does not divide them.
   */
  readonly bucketStartsNs?: readonly bigint[];
  readonly measures: readonly Measure[];
  /** Only groups that meet them, over all stretches of time. */
  readonly having: readonly MeasureBound[];
  /** Of the groups. Values by their UTF-8 bytes, none before any; the stretches of a group always ascend. */
  readonly order: AggregateOrder;
  /** At most so many groups, each with all of its stretches. */
  readonly limit: number;
}

export interface AggregateRow {
  /** A value for each field of `groupBy`; '': the events without one. */
  readonly group: readonly string[];
  /** Place of the stretch among the `bucketStartsNs`; undefined where there are none. */
  readonly bucket: number | undefined;
  readonly measures: readonly MeasureValue[];
}

export interface Aggregate {
  /** Group after group; only stretches with an event. */
  readonly rows: readonly AggregateRow[];
  /** There are more groups. */
  readonly truncated: boolean;
}
