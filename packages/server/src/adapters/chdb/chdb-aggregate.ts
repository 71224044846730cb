import type { Aggregate, AggregateRow, Aggregation, MeasureValue } from '../../ports/aggregation.js';
import type { ReadOptions } from '../../ports/read-options.js';
import { type AggregateSql, aggregateSql, type GroupsSql, type PlacedMeasure } from './aggregate-sql.js';
import type { BucketSql } from './bucket-sql.js';
import type { Engine } from './engine.js';
import { readTopValues } from './measure-sql.js';
import { RowBinaryReader } from './row-binary.js';

const NO_BUCKETS: BucketSql = { sql: '', placeOf: Number };

interface Row {
  readonly group: readonly string[];
  readonly bucket: number | undefined;
  readonly measures: MeasureValue[];
}

/** The group of all events. */
const ALL: Row = { group: [], bucket: undefined, measures: [] };

/** Answers an aggregation: the groups, and where they are asked for their stretches of time and most frequent values. */
export async function aggregate(engine: Engine, query: Aggregation, options?: ReadOptions): Promise<Aggregate> {
  const sql = aggregateSql(query);
  const fields = query.groupBy.length;
  const isBounded = query.having.length > 0;
  // That all events together are one group is known.
  const isRanked = fields > 0 || isBounded || sql.series === undefined;
  const ranked = isRanked ? await readRows(engine, sql, sql.groups, { fields, hasBucket: false, options }) : [ALL];
  const groups = ranked.slice(0, query.limit);
  const truncated = ranked.length > groups.length;
  const of = truncated || isBounded ? 'kept' : 'all';
  const rows = sql.series === undefined ? groups : await seriesOf(engine, sql, groups, { of, fields, options });
  for (const row of rows) fillTops(row, query);
  await addTops(engine, sql, rows, { of, fields, hasBucket: sql.series !== undefined, options });
  return { rows: rows satisfies readonly AggregateRow[], truncated };
}

/** Which groups a query is about. */
type Of = keyof GroupsSql;

interface Shape {
  fields: number;
  hasBucket: boolean;
  options: ReadOptions | undefined;
}

/** The stretches come in the order of time, and go to their groups in the order of these. */
async function seriesOf(
  engine: Engine,
  sql: AggregateSql,
  groups: readonly Row[],
  { of, ...shape }: Omit<Shape, 'hasBucket'> & { of: Of },
): Promise<Row[]> {
  const rows = await readRows(engine, sql, (sql.series as GroupsSql)[of], { ...shape, hasBucket: true });
  const byGroup = new Map<string, Row[]>(groups.map(({ group }) => [JSON.stringify(group), []]));
  for (const row of rows) byGroup.get(JSON.stringify(row.group))?.push(row);
  return [...byGroup.values()].flat();
}

async function readRows(
  engine: Engine,
  { parameters, measures, bucket: { placeOf } = NO_BUCKETS }: AggregateSql,
  sql: string,
  { fields, hasBucket, options }: Shape,
): Promise<Row[]> {
  const reader = new RowBinaryReader(await engine.read(sql, parameters, options));
  const rows: Row[] = [];
  while (!reader.done) {
    const group = Array.from({ length: fields }, () => reader.text());
    const bucket = hasBucket ? placeOf(reader.int64()) : undefined;
    const values: MeasureValue[] = [];
    for (const measure of measures) values[measure.place] = readMeasure(measure, reader);
    reader.uint64();
    rows.push({ group, bucket, measures: values });
  }
  return rows;
}

function readMeasure({ read }: PlacedMeasure, reader: RowBinaryReader): MeasureValue {
  const isKnown = reader.uint64() > 0;
  const value = read(reader);
  return isKnown ? value : null;
}

function fillTops({ measures }: Row, query: Aggregation): void {
  for (const [place, { kind }] of query.measures.entries()) if (kind === 'top') measures[place] = [];
}

async function addTops(
  engine: Engine,
  { tops, parameters, bucket: { placeOf } = NO_BUCKETS }: AggregateSql,
  rows: readonly Row[],
  { of, fields, hasBucket, options }: Shape & { of: Of },
): Promise<void> {
  const byKey = new Map(rows.map((row) => [JSON.stringify([row.group, row.bucket]), row]));
  for (const { place, [of]: sql } of tops) {
    const reader = new RowBinaryReader(await engine.read(sql, parameters, options));
    while (!reader.done) {
      const group = Array.from({ length: fields }, () => reader.text());
      const bucket = hasBucket ? placeOf(reader.int64()) : undefined;
      const values = readTopValues(reader);
      const row = byKey.get(JSON.stringify([group, bucket]));
      if (row !== undefined) row.measures[place] = values;
    }
  }
}
