import { type Filter, isMoment, parseTime } from '@attestlog/event';
import { isTimeZone } from '@attestlog/questions';
import { Problem } from '../../errors.js';
import type { Measure, MeasureBound } from '../../ports/aggregation.js';
import { readTimeRange, type TimeRange } from '../asked-time.js';
import { filterOf } from '../event-filter.js';
import * as bounds from './aggregate-bounds.js';
import type { AggregateBound, AggregateQuery } from './aggregate-query.js';
import { canonicalField, measureName } from './measure-name.js';

/** A query with nothing left to read. */
export interface ReadQuery extends TimeRange {
  readonly asked: Filter;
  readonly timeZone: string;
  readonly groupBy: readonly string[];
  /** Those that are asked for first, then those that are only for bounds and order. */
  readonly measures: readonly Measure[];
  readonly shown: readonly Measure[];
  readonly having: readonly MeasureBound[];
  readonly order: { readonly measure?: number; readonly descending: boolean };
  readonly limit: number;
}

/**
 * Reads what a query says of itself; what its fields are good for is not looked at.
 *
 * @param me what `@me` means in the search syntax; undefined: nothing
 * @throws Problem `query-invalid`, `filter-invalid`
 */
export function readAggregateQuery(query: AggregateQuery, me: string | undefined, nowMs: number): ReadQuery {
  const timeZone = query.timeZone ?? 'UTC';
  if (!isTimeZone(timeZone)) throw invalid('time_zone', 'is not a time zone such as Europe/Berlin or UTC.');
  const groupBy = [...new Set((query.groupBy ?? []).map(canonicalField))];
  requireAtMost('group_by', groupBy.length, bounds.AGGREGATE_MAX_FIELDS, 'fields');
  const shown = uniqueMeasures(query.measures ?? [{ kind: 'count' }]);
  for (const measure of shown) requireBounded(measure);
  const hidden = [
    ...(query.having ?? []).map(({ measure }) => measure),
    ...(query.order?.measure === undefined ? [] : [query.order.measure]),
  ];
  const measures = uniqueMeasures([...shown, ...hidden]);
  requireAtMost('measures', measures.length, bounds.AGGREGATE_MAX_MEASURES, 'measures');
  requireAtMost(
    'measures',
    measures.filter(({ kind }) => kind === 'top').length,
    bounds.AGGREGATE_MAX_TOPS,
    'of top_k',
  );
  requireAtMost('having', query.having?.length ?? 0, bounds.AGGREGATE_MAX_BOUNDS, 'conditions');
  const having = (query.having ?? []).map((bound) => boundOf(bound, measures));
  const isByTime = query.every !== undefined && groupBy.length === 0;
  if (query.fill === true && isByTime && having.length > 0)
    throw invalid('fill', 'would fill what "having" leaves out.');
  return {
    asked: filterOf(query, me),
    ...readTimeRange(query, { nowMs, timeZone }),
    timeZone,
    groupBy,
    measures,
    shown,
    having,
    order: orderOf(query, measures, isByTime),
    limit: Math.min(
      query.limit ?? (isByTime ? bounds.AGGREGATE_MAX_BUCKETS : bounds.AGGREGATE_DEFAULT_GROUPS),
      isByTime ? bounds.AGGREGATE_MAX_BUCKETS : bounds.AGGREGATE_MAX_GROUPS,
    ),
  };
}

function uniqueMeasures(measures: readonly Measure[]): Measure[] {
  return [...new Map(measures.map((measure) => [measureName(measure), measure])).values()];
}

function requireBounded(measure: Measure): void {
  if (measure.kind === 'percentile' && !(measure.p >= 0 && measure.p <= 100))
    throw invalid('measures', 'a percentile is from 0 to 100.');
  if (
    measure.kind === 'top' &&
    !(Number.isInteger(measure.k) && measure.k >= 1 && measure.k <= bounds.AGGREGATE_TOP_MAX_VALUES)
  ) {
    throw invalid('measures', `top_k has 1 to ${bounds.AGGREGATE_TOP_MAX_VALUES} values.`);
  }
}

/** By the first measure that can be compared, most first; stretches of time without fields by time. */
function orderOf({ order }: AggregateQuery, measures: readonly Measure[], isByTime: boolean): ReadQuery['order'] {
  const place = order === undefined ? measures.findIndex(isComparable) : placeOf(order.measure, measures);
  if (order === undefined && isByTime) return { descending: false };
  const descending = order?.descending ?? place >= 0;
  return place < 0 ? { descending } : { measure: place, descending };
}

function placeOf(measure: Measure | undefined, measures: readonly Measure[]): number {
  if (measure === undefined) return -1;
  if (!isComparable(measure)) throw invalid('order', `${measureName(measure)} is a list and has no order.`);
  return measures.findIndex((other) => measureName(other) === measureName(measure));
}

function isComparable({ kind }: Measure): boolean {
  return kind !== 'top';
}

function boundOf({ measure, ...ends }: AggregateBound, measures: readonly Measure[]): MeasureBound {
  const place = placeOf(measure, measures);
  const read = Object.entries(ends).flatMap(([end, value]) => (value === undefined ? [] : [[end, endOf(value)]]));
  if (read.length === 0) throw invalid('having', `${measureName(measure)} needs gt, gte, lt, lte or eq.`);
  return { measure: place, ...Object.fromEntries(read) };
}

function endOf(value: number | string): number | bigint {
  if (typeof value === 'number') return value;
  const moment = parseTime(value);
  if (isMoment(moment)) return moment.ns;
  throw invalid('having', `a bound is a number, or an RFC 3339 time: ${moment.message}`);
}

function requireAtMost(parameter: string, count: number, max: number, what: string): void {
  if (count > max) throw invalid(parameter, `has at most ${max} ${what}.`);
}

/** A query that cannot be answered as it is. */
export function invalid(parameter: string, message: string): Problem {
  return new Problem('query-invalid', { detail: `"${parameter}": ${message}` });
}
