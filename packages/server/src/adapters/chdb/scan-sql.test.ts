import { parseFilter } from '@attestlog/event';
import { describe, expect, it } from 'vitest';
import { linesSql, scanSql } from './scan-sql.js';

const ORDER = `ORDER BY tenant_id, time, leaf_index
SETTINGS max_block_size = 8192, max_threads = 2, max_execution_time = 0, optimize_read_in_order = 1, use_text_index_like_evaluation_by_dictionary_scan = 0`;

describe('the SQL of a scan', () => {
  it('has the tenant and the horizon, and goes by the order of the table without a sort', () => {
    expect(scanSql({ tenant: 'acme', before: 2048 })).toEqual({
      sql: `SELECT leaf_index, position, entry, sealed FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
${ORDER}`,
      parameters: { tenant: 'acme', before: 2048 },
    });
  });

  it('has a plain bound on time beside the key that it goes on behind, so that the engine can skip', () => {
    const { filter } = parseFilter('actor:u1 action:order.approve');
    const query = { tenant: 'acme', before: 9, fromNs: 1n, toNs: 8n, after: { timeNs: 5n, index: 3 }, filter: filter! };
    expect(scanSql(query)).toEqual({
      sql: `SELECT leaf_index, position, entry, sealed FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
  AND time >= fromUnixTimestamp64Nano({f0:Int64}, 'UTC')
  AND time <= fromUnixTimestamp64Nano({f1:Int64}, 'UTC')
  AND time >= fromUnixTimestamp64Nano({f2:Int64}, 'UTC') AND (time, leaf_index) > (fromUnixTimestamp64Nano({f2:Int64}, 'UTC'), {after_index:UInt64})
  AND (actor_id IN {f3:Array(String)})
  AND (action IN {f4:Array(String)})
${ORDER}`,
      parameters: {
        tenant: 'acme',
        before: 9,
        after_index: 3,
        f0: 1n,
        f1: 8n,
        f2: 5n,
        f3: ['u1'],
        f4: ['order.approve'],
      },
    });
  });

  it('frames lines itself, and leaves those open beside which something lies, where it is wanted', () => {
    const lines = (lead: '' | ',', withSealed: boolean) =>
      linesSql({ tenant: 'acme', before: 9 }, { lead, withSealed });
    const framed = `toString(leaf_index), ',"position":', toString(position), ',"event":', entry`;
    expect(
      lines(',', true).sql,
    ).toBe(`SELECT ',{"index":', ${framed}, if(empty(sealed), '}\\n', concat('\\0', sealed, '\\n')) FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
${ORDER}`);
    expect(lines('', false).sql).toContain(`SELECT '{"index":', ${framed}, '}\\n' FROM`);
  });
});
