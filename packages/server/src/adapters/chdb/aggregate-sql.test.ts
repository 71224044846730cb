import { expect, it } from 'vitest';
import type { Aggregation } from '../../ports/aggregation.js';
import { aggregateSql } from './aggregate-sql.js';

const query: Aggregation = {
  tenant: 'acme',
  before: 2048,
  fromNs: 0n,
  toNs: 7_199_999_999_999n,
  groupBy: ['action', 'targets.id'],
  bucketStartsNs: [0n, 3_600_000_000_000n],
  measures: [{ kind: 'count' }, { kind: 'top', field: 'actor.id', k: 3 }],
  having: [{ measure: 0, gt: 5 }],
  order: { measure: 0, descending: true },
  limit: 10,
};

it('ranks groups in one query, and asks for their stretches of time and most frequent values in others', () => {
  const { groups, series, tops, parameters } = aggregateSql(query);
  const rows = (
    more = '',
  ) => `(SELECT action AS g0, arrayJoin(emptyArrayToSingle(arrayDistinct(arrayFilter(x -> x != '', target_ids)))) AS g1${more} FROM attestlog.events
WHERE tenant_id = {tenant:String}
  AND position < {before:UInt64}
  AND time >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND time <= fromUnixTimestamp64Nano({to:Int64}, 'UTC'))`;
  const bucket = ', least(intDiv(toInt64(toUnixTimestamp(time)) - {a0:Int64}, {a1:Int64}), {a2:Int64}) AS b';
  const isKept = `(g0, g1) IN (SELECT g0, g1 FROM (SELECT g0, g1, toUInt64(1) AS k0, toUInt64(count()) AS m0 FROM ${rows()}
GROUP BY g0, g1
HAVING k0 > 0 AND m0 > reinterpretAsFloat64({a3:UInt64})
ORDER BY k0 = 0, m0 DESC, g0, g1 LIMIT {a4:UInt64}))`;
  expect(
    groups,
  ).toBe(`SELECT toString(g0), toString(g1), toUInt64(1) AS k0, toUInt64(count()) AS m0, count() AS n FROM ${rows()}
GROUP BY g0, g1
HAVING k0 > 0 AND m0 > reinterpretAsFloat64({a6:UInt64})
ORDER BY k0 = 0, m0 DESC, g0, g1 LIMIT {a7:UInt64}`);
  expect(
    series?.kept,
  ).toBe(`SELECT toString(g0), toString(g1), b, toUInt64(1) AS k0, toUInt64(count()) AS m0, count() AS n FROM ${rows(bucket)}
WHERE ${isKept}
GROUP BY g0, g1, b
ORDER BY b`);
  expect(series?.all).toBe(series?.kept.replace(`WHERE ${isKept}\n`, ''));
  expect(tops).toEqual([
    {
      place: 1,
      all: expect.not.stringContaining(' IN '),
      kept: `SELECT toString(g0), toString(g1), b, groupArraySorted({a5:UInt64})((-c, toString(v))) FROM (SELECT g0, g1, b, v, toInt64(count()) AS c FROM ${rows(`, actor_id AS v${bucket}`)}
WHERE v != '' AND ${isKept}
GROUP BY g0, g1, b, v)
GROUP BY g0, g1, b`,
    },
  ]);
  expect(parameters).toMatchObject({ tenant: 'acme', before: 2048, a0: 0n, a1: 3600n, a2: 1n, a4: 10, a5: 3, a7: 11 });
});

it('holds nothing of a client’s in its text', () => {
  const odd = `metadata."'; DROP TABLE x --"`;
  const { groups, tops } = aggregateSql({
    ...query,
    filter: { op: 'is', field: odd, values: ["'; DROP TABLE y --"] },
    groupBy: [odd],
    measures: [
      { kind: 'sum', field: odd },
      { kind: 'percentile', field: odd, p: 99.9 },
      { kind: 'distinct', field: odd },
      { kind: 'count', field: odd },
      { kind: 'top', field: odd, k: 3 },
    ],
  });
  for (const text of [groups, tops[0]!.kept]) expect(text).not.toMatch(/DROP|99\.9|0\.999/);
});
