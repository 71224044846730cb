import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchOf, eventRows, nodeRows } from './batch-columns.js';

const tenant = fc.constantFrom('a', 'b', 'c');
const index = fc.maxSafeNat();
const entry = fc.uint8Array({ maxLength: 20 });
const sealed = fc.constantFrom('[]', 'é😀', 's'.repeat(50));
const events = fc.array(
  fc.record(
    { tenant, index, position: index, entry, sealed },
    { requiredKeys: ['tenant', 'index', 'position', 'entry'] },
  ),
);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nodes = fc.array(fc.record({ tenant, level: fc.nat(6), index, hash }));

const plain = <T extends { entry?: Uint8Array; hash?: Uint8Array }>(rows: readonly T[]) =>
  rows.map((row) => ({ ...row, entry: row.entry && [...row.entry], hash: row.hash && [...row.hash] }));

test('rows become columns, and columns the same rows', () => {
  fc.assert(
    fc.property(events, nodes, (eventsIn, nodesIn) => {
      const batch = batchOf('token', eventsIn, nodesIn);
      expect(plain(eventRows(batch))).toEqual(plain(eventsIn));
      expect(plain(nodeRows(batch))).toEqual(plain(nodesIn));
      expect(new Set(batch.tenants).size).toBe(batch.tenants.length);
      expect([...batch.tenants].sort()).toEqual(
        [...new Set([...eventsIn, ...nodesIn].map((row) => row.tenant))].sort(),
      );
    }),
  );
});
