import type { Filter } from '@attestlog/event';
import type { Aggregation } from '../../ports/aggregation.js';
import type { FilterParameters } from './filter-parameters.js';
import { BYTES_OF_ENTRIES, countedColumn, type KeptCounts, keptCounts, unitSql } from './kept-counts.js';
import { momentParameter, selectionSql } from './selection-sql.js';

/** The same bytes where rows are read: of the lengths alone, not of the entries, which `length` reads. */
const BYTES_OF_ROWS = 'sum(entry.size)';

/** The stretches of time that lie in a range as a whole: from this one, up to but not including that one. */
interface WholeUnits {
  readonly from: bigint;
  readonly to: bigint | undefined;
}

/**
 * The kept counts that say as much about these fields as the events themselves: the stretches of time that are asked
 * for are made of theirs, and the filter asks of nothing that they do not have. Undefined: there are none.
 */
export function countsFor(query: Aggregation, fields: readonly string[]): KeptCounts | undefined {
  const asked = fieldsOf(query.filter);
  if (asked === undefined) return undefined;
  const used = [...fields, ...asked];
  return keptCounts.find(
    (counts) =>
      used.every((field) => counts.fields.includes(field)) &&
      divides(counts, query) &&
      wholeUnits(counts, query) !== undefined,
  );
}

/**
 * Counts in the place of events, for a FROM: the columns of the fields, `time` within the stretch that the events lie
 * in, and `events` with their `bytes`, which may also be taken away.
 *
 * Kept counts know no committed position. What is stored and not yet committed is a moment's events at most, so it is
 * counted by itself and taken away; both see the same state of the table. What lies in no whole stretch is counted from
 * the events.
 */
export function countedRowsSql(
  counts: KeptCounts,
  fields: readonly string[],
  query: Aggregation,
  parameters: FilterParameters,
): string {
  const columns = [...new Set(fields)].map(countedColumn);
  const unit = unitSql(counts);
  const { from, to } = wholeUnits(counts, query) as WholeUnits;
  const { bounds, filters } = selectionSql(query);
  const isWhole = [
    `${unit} >= ${parameters.int64(from)}`,
    ...(to === undefined ? [] : [`${unit} < ${parameters.int64(to)}`]),
  ];
  const begin = parameters.moment(from * counts.unitNs);
  const isOutside =
    to === undefined ? `time < ${begin}` : `(time < ${begin} OR time >= ${parameters.moment(to * counts.unitNs)})`;
  const keys = ['unit', ...columns].join(', ');
  const count = (sign: '' | '-', bytes: string, conditions: readonly string[]) =>
    `SELECT ${keys.replace('unit', `${unit} AS unit`)}, ${sign}toInt64(count()) AS events, ${sign}toInt64(${bytes}) AS bytes FROM attestlog.events
WHERE ${conditions.join(' AND ')} GROUP BY ${keys}`;
  const ofTenant = 'tenant_id = {tenant:String}';
  const parts = [
    count('', BYTES_OF_ENTRIES, [ofTenant, ...isWhole, ...filters]),
    count('-', BYTES_OF_ROWS, [ofTenant, 'position >= {before:UInt64}', ...isWhole, ...filters]),
    count('', BYTES_OF_ROWS, [...bounds, isOutside, ...filters]),
  ];
  const start = `unit * ${counts.unitNs}`;
  // The first stretch may have begun before what is asked for.
  const time =
    query.fromNs === undefined
      ? `fromUnixTimestamp64Nano(${start}, 'UTC')`
      : `greatest(fromUnixTimestamp64Nano(${start}, 'UTC'), ${momentParameter('from')})`;
  return `(SELECT ${[`${time} AS time`, ...columns, 'events', 'bytes'].join(', ')} FROM (
${parts.join('\nUNION ALL ')}))`;
}

/** Undefined where there is no whole one. */
function wholeUnits({ unitNs }: KeptCounts, { fromNs, toNs }: Aggregation): WholeUnits | undefined {
  // Stretch 0 has events of before 1970 in it.
  const from = fromNs === undefined || fromNs < unitNs ? 1n : (fromNs + unitNs - 1n) / unitNs;
  const to = toNs === undefined ? undefined : (toNs + 1n) / unitNs;
  return to === undefined || to > from ? { from, to } : undefined;
}

/** Whether no stretch of the kept counts lies in two of those that are asked for. */
function divides({ unitNs }: KeptCounts, { bucketStartsNs = [], fromNs }: Aggregation): boolean {
  if (bucketStartsNs.length > 0 && (fromNs === undefined || fromNs < 0n)) return false;
  return bucketStartsNs.slice(1).every((start) => start % unitNs === 0n);
}

/** The fields that a filter asks of; undefined where it asks of more than fields. */
function fieldsOf(filter: Filter | undefined): readonly string[] | undefined {
  if (filter === undefined) return [];
  switch (filter.op) {
    case 'always':
    case 'never':
      return [];
    case 'and':
    case 'or': {
      const fields = filter.filters.map(fieldsOf);
      return fields.some((inner) => inner === undefined) ? undefined : fields.flatMap((inner) => inner ?? []);
    }
    case 'not':
      return fieldsOf(filter.filter);
    case 'sealed':
    case 'concealed':
      return undefined;
    default:
      return [filter.field];
  }
}
