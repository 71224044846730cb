import type { Filter } from '@attestlog/event';
import type { PageQuery } from '../../ports/store.js';
import { ENTRY_COLUMNS } from './entry-rows.js';
import { FilterParameters } from './filter-parameters.js';
import { filterSql } from './filter-sql.js';
import type { Parameters } from './parameters.js';

/**
 * A page of entries by key. The comparison of the pair (time, leaf_index) alone does not let the engine skip
 * anything; the plain comparison of time before it does.
 */
export function pageSql(query: PageQuery): { sql: string; parameters: Parameters } {
  const conditions = ['tenant_id = {tenant:String}', 'position < {before:UInt64}'];
  const parameters: Record<string, string | number | bigint> = {
    tenant: query.tenant,
    before: query.before,
    limit: query.limit,
  };
  if (query.fromNs !== undefined) {
    conditions.push(`time >= ${moment('from')}`);
    parameters.from = query.fromNs;
  }
  if (query.toNs !== undefined) {
    conditions.push(`time <= ${moment('to')}`);
    parameters.to = query.toNs;
  }
  if (query.after !== undefined) {
    conditions.push(
      `time <= ${moment('after_time')} AND (time, leaf_index) < (${moment('after_time')}, {after_index:UInt64})`,
    );
    parameters.after_time = query.after.timeNs;
    parameters.after_index = query.after.index;
  }
  const ofFilter = new FilterParameters();
  conditions.push(...filterConditions(query.filter, ofFilter));
  const sql = `SELECT ${ENTRY_COLUMNS} FROM attestlog.events
WHERE ${conditions.join('\n  AND ')}
ORDER BY tenant_id DESC, time DESC, leaf_index DESC LIMIT {limit:UInt32}`;
  return { sql, parameters: { ...parameters, ...ofFilter.values } };
}

/** Conditions that all have to hold; each for itself, so that the engine can begin with what costs least. */
function filterConditions(filter: Filter | undefined, parameters: FilterParameters): string[] {
  if (filter === undefined || filter.op === 'always') return [];
  const filters = filter.op === 'and' ? filter.filters : [filter];
  return filters.map((inner) => `(${filterSql(inner, parameters)})`);
}

/** A time parameter, given in nanoseconds since the epoch. */
function moment(name: string): string {
  return `fromUnixTimestamp64Nano({${name}:Int64}, 'UTC')`;
}
