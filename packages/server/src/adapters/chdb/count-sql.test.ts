import { parseFilter } from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import { countSql } from './count-sql.js';

describe('the SQL of a count', () => {
  it('has the tenant and the horizon', () => {
    expect(countSql({ tenant: 'acme', before: 2048 })).toEqual({
      sql: `SELECT count() FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}`,
      parameters: { tenant: 'acme', before: 2048 },
    });
  });

  it('ends with as many rows as are to be counted', () => {
    const filter = parseFilter('actor:u1').filter!;
    expect(countSql({ tenant: 'acme', before: 2048, fromNs: 1n, filter, atMost: 9 })).toEqual({
      sql: `SELECT count() FROM (SELECT 1 FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
  AND time >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND (actor_id IN {f0:Array(String)})
LIMIT {at_most:UInt64})`,
      parameters: { tenant: 'acme', before: 2048, from: 1n, f0: ['u1'], at_most: 9 },
    });
  });
});
