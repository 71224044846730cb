import { allOf, type Filter, parseFilter } from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import { pageSql } from './page-sql.js';

function parse(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(problem.message);
  return filter;
}

describe('the SQL of a page', () => {
  it('has the tenant and the horizon, and goes by the table’s order', () => {
    expect(pageSql({ tenant: 'acme', before: 2048, limit: 11 })).toEqual({
      sql: `SELECT leaf_index, position, entry, sealed FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
ORDER BY tenant_id DESC, time DESC, leaf_index DESC LIMIT {limit:UInt32}`,
      parameters: { tenant: 'acme', before: 2048, limit: 11 },
    });
  });

  it('has a plain bound on time beside the key of the page before, so that the engine can skip', () => {
    const { sql, parameters } = pageSql({
      tenant: 'acme',
      before: 2048,
      limit: 11,
      fromNs: 1n,
      toNs: 9n,
      filter: allOf(parse('actor:u1'), parse('action:order.approve')),
      after: { timeNs: 5n, index: 3 },
    });
    expect(sql).toBe(`SELECT leaf_index, position, entry, sealed FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
  AND time >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND time <= fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND time <= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC') AND (time, leaf_index) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_index:UInt64})
  AND (actor_id IN {f0:Array(String)})
  AND (action IN {f1:Array(String)})
ORDER BY tenant_id DESC, time DESC, leaf_index DESC LIMIT {limit:UInt32}`);
    expect(parameters).toEqual({
      tenant: 'acme',
      before: 2048,
      limit: 11,
      from: 1n,
      to: 9n,
      f0: ['u1'],
      f1: ['order.approve'],
      after_time: 5n,
      after_index: 3,
    });
  });

  it('goes the other way where the oldest come first', () => {
    const after = { timeNs: 5n, index: 3 };
    expect(pageSql({ tenant: 'acme', before: 2048, order: 'oldest', limit: 11, after })).toEqual({
      sql: `SELECT leaf_index, position, entry, sealed FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
  AND time >= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC') AND (time, leaf_index) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_index:UInt64})
ORDER BY tenant_id, time, leaf_index LIMIT {limit:UInt32}`,
      parameters: { tenant: 'acme', before: 2048, limit: 11, after_time: 5n, after_index: 3 },
    });
  });
});
