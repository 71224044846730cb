import type { PageQuery } from '../../ports/event-selection.js';
import { ENTRY_COLUMNS } from './entry-rows.js';
import type { Parameters } from './parameters.js';
import { momentParameter, selectionSql } from './selection-sql.js';

const NEWEST = { direction: ' DESC', beyond: '<' };
const OLDEST = { direction: '', beyond: '>' };

/**
 * A page of entries by key. The comparison of the pair (time, leaf_index) alone does not let the engine skip
 * anything; the plain comparison of time before it does.
 */
export function pageSql({ order, after, limit, ...selection }: PageQuery): { sql: string; parameters: Parameters } {
  const { bounds, filters, parameters } = selectionSql(selection);
  const { direction, beyond } = order === 'oldest' ? OLDEST : NEWEST;
  const ofPage: Record<string, number | bigint> = { limit };
  if (after !== undefined) {
    const time = momentParameter('after_time');
    bounds.push(`time ${beyond}= ${time} AND (time, leaf_index) ${beyond} (${time}, {after_index:UInt64})`);
    ofPage.after_time = after.timeNs;
    ofPage.after_index = after.index;
  }
  const columns = ['tenant_id', 'time', 'leaf_index'].map((column) => column + direction);
  const sql = `SELECT ${ENTRY_COLUMNS} FROM attestlog.events
WHERE ${[...bounds, ...filters].join('\n  AND ')}
ORDER BY ${columns.join(', ')} LIMIT {limit:UInt32}`;
  return { sql, parameters: { ...parameters, ...ofPage } };
}
