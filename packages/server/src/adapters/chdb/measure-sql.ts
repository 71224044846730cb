import { knownField } from '@attestlog/event';
import type { Measure, MeasureValue, ValueCount } from '../../ports/aggregation.js';
import { numbersSql, textsSql } from './field-values-sql.js';
import type { FilterParameters } from './filter-parameters.js';
import { filterSql } from './filter-sql.js';
import type { RowBinaryReader } from './row-binary.js';

/** A measure that comes with the groups themselves; the most frequent values take a query of their own. */
export type PlainMeasure = Exclude<Measure, { kind: 'top' }>;

/** A measure in SQL. The query has two levels: what is taken of each row, and what is made of it for a group. */
export interface MeasureSql {
  /** An expression over the table of events, whose name in `of` it gets; absent: nothing of the row is needed. */
  readonly input?: string;
  /** What a group has to say anything; `1` where it always has. A UInt64 with 0 for nothing. */
  readonly known: string;
  readonly value: string;
  /** The same over `events` and `bytes` of kept counts in the place of events; absent: they do not say it. */
  readonly ofCounts?: Pick<MeasureSql, 'input' | 'value'>;
  readonly isCount: boolean;
  /** Reads the value where it is known. */
  readonly read: (reader: RowBinaryReader) => MeasureValue;
}

const COUNT = { known: '1', isCount: true, read: (reader: RowBinaryReader) => reader.uint64() };

/**
 * @param of name of what the measure takes of each row
 * @param parameters for what stands in the rows' part, which may be in the query twice
 */
export function measureSql(measure: PlainMeasure, of: string, parameters: FilterParameters): MeasureSql {
  switch (measure.kind) {
    case 'count':
      if (measure.field === undefined) return { ...COUNT, value: 'count()', ofCounts: { value: 'sum(events)' } };
      return countOf(measure.field, of, parameters);
    case 'bytes':
      // `length` reads the entries themselves, as they have an index.
      return { ...COUNT, input: 'entry.size', value: `sum(${of})`, ofCounts: { value: 'sum(bytes)' } };
    case 'distinct': {
      const { sql, isArray } = textsSql(knownField(measure.field), parameters);
      return { ...COUNT, input: sql, value: isArray ? `uniqExactArray(${of})` : `uniqExactIf(${of}, ${of} != '')` };
    }
    case 'closest':
      return closestSql(measure.events, of, parameters);
    case 'closest-values':
      return closestValuesSql(measure, of, parameters);
    default:
      return overValues(measure, of, parameters);
  }
}

function countOf(field: string, of: string, parameters: FilterParameters): MeasureSql {
  const input = `toUInt8(${filterSql({ op: 'exists', field }, parameters)})`;
  return { ...COUNT, input, value: `sum(${of})`, ofCounts: { input, value: `sum(${of} * events)` } };
}

function overValues(
  measure: Extract<Measure, { kind: 'sum' | 'min' | 'max' | 'avg' | 'percentile' }>,
  of: string,
  parameters: FilterParameters,
): MeasureSql {
  const found = knownField(measure.field);
  if (found.field.type === 'time') {
    const input = `toUnixTimestamp64Nano(${found.field.name === 'time' ? 'time' : 'received_at'})`;
    return {
      input,
      known: 'count()',
      value: `${measure.kind}(${of})`,
      isCount: false,
      read: (reader) => reader.int64(),
    };
  }
  const name = measure.kind === 'percentile' ? percentileSql(measure.p, parameters) : `${measure.kind}Array`;
  return {
    input: numbersSql(found, parameters),
    known: `sum(length(${of}))`,
    value: `toFloat64(${name}(${of}))`,
    isCount: false,
    read: (reader) => reader.float64(),
  };
}

function percentileSql(p: number, parameters: FilterParameters): string {
  return `quantileExactInclusiveArray(${parameters.float(p / 100)})`;
}

/** Times in order, each compared with the one that lies so many events behind it. */
function closestSql(events: number, of: string, parameters: FilterParameters): MeasureSql {
  const count = parameters.int64(BigInt(events));
  const times = `arraySort(groupArray(${of}))`;
  const first = `arraySlice(${times}, 1, greatest(toInt64(count()) - ${count} + 1, 0))`;
  return {
    input: 'toUnixTimestamp64Nano(time)',
    known: `count() >= ${count}`,
    value: `arrayMin(arrayMap((x, y) -> y - x, ${first}, arraySlice(${times}, ${count})))`,
    isCount: false,
    read: (reader) => reader.int64(),
  };
}

/**
 * Times with their values in order, gone through from the first on: the last times of the values that were seen last are
 * kept, the latest in front. Of a stretch of one value only its ends say anything, and most stretches are long.
 */
function closestValuesSql(
  { field, values }: Extract<Measure, { kind: 'closest-values' }>,
  of: string,
  parameters: FilterParameters,
): MeasureSql {
  const { sql, isArray } = textsSql(knownField(field), parameters);
  const texts = isArray ? sql : `arrayFilter(x -> x != '', [${sql}])`;
  const pairs = `arraySort(groupArrayArray(${of}))`;
  const seen = `arrayMap(x -> x.2, ${pairs})`;
  const before = `arrayShiftRight(${seen}, 1, '')`;
  const after = `arrayShiftLeft(${seen}, 1, '')`;
  const ends = `arrayFilter((x, b, a) -> x.2 != b OR x.2 != a, ${pairs}, ${before}, ${after})`;
  const last = `arraySlice(arrayPushFront(arrayFilter(r -> r.2 != x.2, s.2), x), 1, ${values})`;
  const span = `if(length(${last}) = ${values}, least(s.1, x.1 - (${last})[${values}].1), s.1)`;
  const none = `(toInt64(${MAX_INT64}), CAST([], 'Array(Tuple(Int64, String))'))`;
  return {
    input: `arrayMap(x -> (toUnixTimestamp64Nano(time), x), ${texts})`,
    known: `length(arrayDistinct(${seen})) >= ${values}`,
    value: `arrayFold((s, x) -> (${span}, ${last}), ${ends}, ${none}).1`,
    isCount: false,
    read: (reader) => reader.int64(),
  };
}

const MAX_INT64 = '9223372036854775807';

export function readTopValues(reader: RowBinaryReader): ValueCount[] {
  return reader.items(() => ({ count: -Number(reader.int64()), value: reader.text() }));
}
