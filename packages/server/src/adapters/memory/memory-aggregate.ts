import { knownField, textsOfField } from '@attestlog/event';
import type { Aggregate, AggregateOrder, AggregateRow, Aggregation, MeasureValue } from '../../ports/aggregation.js';
import { meetsBound } from '../../ports/measure-bound.js';
import { type MeasuredEntry, measureOf } from './memory-measure.js';
import type { StoredRow } from './memory-rows.js';

interface Group {
  readonly group: readonly string[];
  readonly entries: MeasuredEntry[];
}

/** What a store answers to an aggregation, from the rows of its selection. */
export function aggregateEntries(rows: readonly StoredRow[], query: Aggregation): Aggregate {
  const entries = rows.map(({ entry, timeNs, receivedNs }): MeasuredEntry => {
    const event: unknown = JSON.parse(new TextDecoder().decode(entry));
    return { event, bytes: entry.length, timeNs, receivedNs };
  });
  const measured = grouped(entries, query.groupBy).map((group) => ({ ...group, row: rowOf(group, undefined, query) }));
  const met = measured.filter(({ row }) => query.having.every((bound) => meetsBound(bound, row.measures)));
  met.sort((a, b) => inOrder(a.row, b.row, query.order));
  const kept = met.slice(0, query.limit);
  const { bucketStartsNs } = query;
  return {
    rows: kept.flatMap((group) =>
      bucketStartsNs === undefined ? [group.row] : seriesOf(group, bucketStartsNs, query),
    ),
    truncated: met.length > kept.length,
  };
}

function grouped(entries: readonly MeasuredEntry[], groupBy: readonly string[]): Group[] {
  const fields = groupBy.map(knownField);
  const groups = new Map<string, Group>();
  if (groupBy.length === 0) groups.set('[]', { group: [], entries: [] });
  for (const entry of entries) {
    const valuesOf = fields.map((field) => textsOfField(entry.event, field));
    for (const group of combinations(valuesOf.map((values) => (values.length === 0 ? [''] : values)))) {
      const key = JSON.stringify(group);
      const known = groups.get(key) ?? { group, entries: [] };
      known.entries.push(entry);
      groups.set(key, known);
    }
  }
  return [...groups.values()];
}

function combinations(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>((heads, list) => heads.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}

function rowOf({ group, entries }: Group, bucket: number | undefined, { measures }: Aggregation): AggregateRow {
  return { group, bucket, measures: measures.map((measure) => measureOf(measure, entries)) };
}

function seriesOf({ group, entries }: Group, starts: readonly bigint[], query: Aggregation): AggregateRow[] {
  const buckets = new Map<number, MeasuredEntry[]>();
  for (const entry of entries) {
    const bucket = starts.findLastIndex((start) => start <= entry.timeNs);
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), entry]);
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([bucket, within]) => rowOf({ group, entries: within }, bucket, query));
}

function inOrder(a: AggregateRow, b: AggregateRow, { measure, descending }: AggregateOrder): number {
  if (measure === undefined) return (descending ? -1 : 1) * compareGroups(a.group, b.group);
  const [one, other] = [scalar(a.measures[measure]), scalar(b.measures[measure])];
  if (one === null || other === null) {
    return one === other ? compareGroups(a.group, b.group) : one === null ? 1 : -1;
  }
  if (one < other) return descending ? 1 : -1;
  if (one > other) return descending ? -1 : 1;
  return compareGroups(a.group, b.group);
}

function scalar(value: MeasureValue | undefined): number | bigint | null {
  if (value === undefined || Array.isArray(value)) throw new RangeError('a measure that is no number');
  return value as number | bigint | null;
}

function compareGroups(a: readonly string[], b: readonly string[]): number {
  for (const [place, text] of a.entries()) {
    const order = Buffer.compare(Buffer.from(text), Buffer.from(b[place]!));
    if (order !== 0) return order;
  }
  return 0;
}
