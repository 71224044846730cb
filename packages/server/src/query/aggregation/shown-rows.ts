import { formatNs } from '@attestlog/event';
import type { Aggregate, AggregateRow, Measure, MeasureBound, MeasureValue } from '../../ports/aggregation.js';
import { meetsBound } from '../../ports/measure-bound.js';
import type { AggregateResultRow, ShownMeasure } from './aggregate-query.js';
import { zonedText } from './bucket-starts.js';
import { measureName } from './measure-name.js';

/** What decides how the rows of a store are shown. */
export interface Showing {
  readonly groupBy: readonly string[];
  readonly measures: readonly Measure[];
  /** The first of the measures; the others were for bounds and order only. */
  readonly shown: readonly Measure[];
  readonly having: readonly MeasureBound[];
  readonly order: { readonly measure?: number; readonly descending: boolean };
  readonly limit: number;
  /** Where stretches of time begin, in milliseconds since 1970; undefined: time does not divide the events. */
  readonly starts: readonly number[] | undefined;
  readonly timeZone: string;
  /** Whether stretches without an event are shown. */
  readonly fill: boolean;
}

/** The rows of an answer: filled; without fields, stretches of time bounded, ordered and cut as groups are. */
export function shownRows(
  { rows, truncated }: Aggregate,
  showing: Showing,
): { rows: AggregateResultRow[]; truncated: boolean } {
  const filled = showing.fill && showing.starts !== undefined ? fillRows(rows, showing) : rows;
  if (showing.groupBy.length > 0 || showing.starts === undefined) {
    return { rows: filled.map((row) => shownRow(row, showing)), truncated };
  }
  const met = filled.filter((row) => showing.having.every((bound) => meetsBound(bound, row.measures)));
  const ordered = inOrder(met, showing);
  return {
    rows: ordered.slice(0, showing.limit).map((row) => shownRow(row, showing)),
    truncated: ordered.length > showing.limit,
  };
}

function fillRows(rows: readonly AggregateRow[], { starts = [], measures, groupBy }: Showing): AggregateRow[] {
  const empty = measures.map(({ kind }): MeasureValue => {
    if (kind === 'top') return [];
    return kind === 'count' || kind === 'distinct' || kind === 'bytes' ? 0 : null;
  });
  const groups = new Map<string, { group: readonly string[]; rows: Map<number, AggregateRow> }>();
  if (groupBy.length === 0) groups.set('[]', { group: [], rows: new Map() });
  for (const row of rows) {
    const key = JSON.stringify(row.group);
    const known = groups.get(key) ?? { group: row.group, rows: new Map() };
    known.rows.set(row.bucket ?? 0, row);
    groups.set(key, known);
  }
  return [...groups.values()].flatMap(({ group, rows: known }) =>
    starts.map((_start, bucket) => known.get(bucket) ?? { group, bucket, measures: empty }),
  );
}

/** Stretches that come to the same are in the order of time; those that have no value come last. */
function inOrder(rows: readonly AggregateRow[], { order }: Showing): AggregateRow[] {
  const { measure, descending } = order;
  const sign = descending ? -1 : 1;
  const byTime = (a: AggregateRow, b: AggregateRow) => (a.bucket ?? 0) - (b.bucket ?? 0);
  if (measure === undefined) return rows.toSorted((a, b) => sign * byTime(a, b));
  return rows.toSorted((a, b) => {
    const [one, other] = [a.measures[measure], b.measures[measure]] as (number | bigint | null)[];
    if (one === null || other === null || one === undefined || other === undefined) {
      return one === other ? byTime(a, b) : one === null ? 1 : -1;
    }
    if (one === other) return byTime(a, b);
    return sign * (one < other ? -1 : 1);
  });
}

function shownRow({ group, bucket, measures }: AggregateRow, showing: Showing): AggregateResultRow {
  const { starts, timeZone, groupBy, shown } = showing;
  const start = bucket === undefined ? undefined : starts?.[bucket];
  return {
    ...(start === undefined ? {} : { bucket: zonedText(start, timeZone) }),
    group: Object.fromEntries(groupBy.map((name, place) => [name, group[place] === '' ? null : group[place]!])),
    measures: Object.fromEntries(
      shown.map((measure, place) => [measureName(measure), shownValue(measure, measures[place]!)]),
    ),
  };
}

function shownValue(measure: Measure, value: MeasureValue): ShownMeasure {
  if (typeof value !== 'bigint') return value as number | null;
  const isLength = measure.kind === 'closest' || measure.kind === 'closest-values';
  return isLength ? Number(value) / 1e9 : formatNs(value);
}
