import type { PageQuery } from '../../ports/store.js';
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
  if (query.actor !== undefined) {
    conditions.push('actor_id = {actor:String}');
    parameters.actor = query.actor;
  }
  if (query.action !== undefined) {
    conditions.push('action = {action:String}');
    parameters.action = query.action;
  }
  if (query.after !== undefined) {
    conditions.push(
      `time <= ${moment('after_time')} AND (time, leaf_index) < (${moment('after_time')}, {after_index:UInt64})`,
    );
    parameters.after_time = query.after.timeNs;
    parameters.after_index = query.after.index;
  }
  const sql = `SELECT leaf_index, position, entry FROM attestlog.events
WHERE ${conditions.join('\n  AND ')}
ORDER BY tenant_id DESC, time DESC, leaf_index DESC LIMIT {limit:UInt32}`;
  return { sql, parameters };
}

/** A time parameter, given in nanoseconds since the epoch. */
function moment(name: string): string {
  return `fromUnixTimestamp64Nano({${name}:Int64}, 'UTC')`;
}
