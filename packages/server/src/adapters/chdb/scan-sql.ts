import { type LineForm, SCAN_BATCH_MAX_ENTRIES, type ScanQuery } from '../../ports/scan.js';
import { ENTRY_COLUMNS } from './entry-rows.js';
import { FilterParameters } from './filter-parameters.js';
import { filterSql } from './filter-sql.js';
import type { Parameters } from './parameters.js';

/**
 * Rows in the order of the table's key are merged as they are read, so neither a sort nor a wait for the last row is
 * needed. Every thread holds a block of each part that it reads; more than two gain nothing beside what takes the rows.
 */
const IN_KEY_ORDER = `ORDER BY tenant_id, time, leaf_index
SETTINGS max_block_size = ${SCAN_BATCH_MAX_ENTRIES}, max_threads = 2, max_execution_time = 0, optimize_read_in_order = 1, use_text_index_like_evaluation_by_dictionary_scan = 0`;

/** All entries of a scan, oldest first. */
export function scanSql(query: ScanQuery): { sql: string; parameters: Parameters } {
  const { where, parameters } = conditionsOf(query);
  return { sql: `SELECT ${ENTRY_COLUMNS} FROM attestlog.events\nWHERE ${where}\n${IN_KEY_ORDER}`, parameters };
}

/** Numbers as JSON has them, and everything else as it is: for the format RawBLOB, which puts nothing between values. */
const LINE_START = `{"index":', toString(leaf_index), ',"position":', toString(position), ',"event":', entry`;
const LINE_END = `if(empty(sealed), '}\\n', concat('\\0', sealed, '\\n'))`;

/** The lines of a scan, oldest first. */
export function linesSql(query: ScanQuery, { lead, withSealed }: LineForm): { sql: string; parameters: Parameters } {
  const { where, parameters } = conditionsOf(query);
  const columns = `'${lead}${LINE_START}, ${withSealed ? LINE_END : `'}\\n'`}`;
  return { sql: `SELECT ${columns} FROM attestlog.events\nWHERE ${where}\n${IN_KEY_ORDER}`, parameters };
}

/** The comparison of the pair alone would let the engine skip nothing; the plain comparison of time before it does. */
function conditionsOf(query: ScanQuery): { where: string; parameters: Parameters } {
  const { tenant, before, fromNs, toNs, after, filter = { op: 'always' } } = query;
  const values = new FilterParameters();
  const conditions = ['tenant_id = {tenant:String}', 'position < {before:UInt64}'];
  if (fromNs !== undefined) conditions.push(`time >= ${values.moment(fromNs)}`);
  if (toNs !== undefined) conditions.push(`time <= ${values.moment(toNs)}`);
  if (after !== undefined) {
    const time = values.moment(after.timeNs);
    conditions.push(`time >= ${time} AND (time, leaf_index) > (${time}, {after_index:UInt64})`);
  }
  // Each for itself, so that the engine can begin with what costs least.
  const filters = filter.op === 'and' ? filter.filters : [filter];
  for (const inner of filters) if (inner.op !== 'always') conditions.push(`(${filterSql(inner, values)})`);
  const key = after === undefined ? {} : { after_index: after.index };
  return { where: conditions.join('\n  AND '), parameters: { tenant, before, ...key, ...values.values } };
}
