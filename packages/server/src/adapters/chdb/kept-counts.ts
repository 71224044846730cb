import { filterColumns } from './filter-columns.js';

/**
 * Counts of events and of their bytes that the table of events keeps beside its rows: of each tenant, stretch of time and combination of
 * values. The engine makes them with every part and adds them up when it merges parts, so they cannot disagree with the
 * rows; as a projection of the table they go where the rows go.
 */
export interface KeptCounts {
  /** Of the projection. */
  readonly name: string;
  /** The stretch of time that one count is about, in nanoseconds; the first begins with 1970, in UTC. */
  readonly unitNs: bigint;
  /** The fields whose values are counted, by their canonical names; each has a column. */
  readonly fields: readonly string[];
}

const HOUR_NS = 3_600_000_000_000n;

export const keptCounts: readonly KeptCounts[] = [
  { name: 'kinds_by_hour', unitNs: HOUR_NS, fields: ['action', 'operation', 'category', 'outcome', 'severity'] },
  // By the hour there would be nearly as many as events: who does something, does not do much in one hour.
  { name: 'actors_by_day', unitNs: 24n * HOUR_NS, fields: ['actor.id'] },
];

/** The bytes as the counts have them: they are found by this expression. */
export const BYTES_OF_ENTRIES = 'sum(length(entry))';

/** The number of the stretch that an event lies in. Before 1970 they are not to be told apart at 0. */
export function unitSql({ unitNs }: KeptCounts): string {
  return `intDiv(toUnixTimestamp64Nano(time), ${unitNs})`;
}

/** The column of a field whose values are counted. */
export function countedColumn(field: string): string {
  const found = filterColumns.get(field);
  if (found === undefined || found.isArray === true) throw new RangeError(`no column with one value: ${field}`);
  return found.column;
}

/** What stands for them in the definition of the table. */
export function projectionSql(counts: KeptCounts): string {
  const keys = ['unit', ...counts.fields.map(countedColumn)].join(', ');
  const selected = keys.replace('unit', `${unitSql(counts)} AS unit`);
  return `PROJECTION ${counts.name} (SELECT tenant_id, ${selected}, count(), ${BYTES_OF_ENTRIES} GROUP BY tenant_id, ${keys})`;
}
