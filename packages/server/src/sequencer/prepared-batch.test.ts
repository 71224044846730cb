import { leafHash } from '@attestlog/tlog';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleRecord } from '../../testing/sample-records.js';
import { IdHasher } from '../identity/id-hash.js';
import { positionOf } from '../ports/position.js';
import { encodeChunks } from '../records/record-codec.js';
import { PreparedBatch } from './prepared-batch.js';

const hasher = new IdHasher(3);
const requests = fc.array(
  fc.record({ tenant: fc.constantFrom('a', 'b'), ids: fc.array(fc.constantFrom('x', 'y', 'xy'), { minLength: 1 }) }),
);

test('says of every record what follows from the journal', () => {
  fc.assert(
    fc.property(requests, (calls) => {
      const batch = new PreparedBatch(4, hasher);
      const expected: { tenant: string; id: string; position: number; leaf: Uint8Array }[] = [];
      let sequence = 4;
      for (const { tenant, ids } of calls) {
        const records = ids.map((id) => sampleRecord({ id }));
        for (const bytes of encodeChunks(tenant, records)) {
          sequence += 2;
          batch.add({ sequence, bytes });
        }
        records.forEach(({ id, entry }, place) => {
          expected.push({ tenant, id, position: positionOf(sequence, place), leaf: leafHash(entry) });
        });
      }
      expect([batch.after, batch.through, batch.records.count]).toEqual([4, sequence, expected.length]);
      expected.forEach(({ tenant, id, position, leaf }, i) => {
        const hash = { high: 0, low: 0 };
        batch.idHash(i, hash);
        expect([batch.tenants[batch.tenantOf[i]!], batch.records.id(i), batch.positions[i], hash]).toEqual([
          tenant,
          id,
          position,
          hasher.hash(tenant, id),
        ]);
        expect(batch.leafHashes.slice(i * 32, (i + 1) * 32)).toEqual(leaf);
        const first = expected[0]!;
        expect(batch.haveSameId(0, i)).toBe(first.tenant === tenant && first.id === id);
      });
    }),
  );
});

test('knows two ids apart that have one hash, and two tenants', () => {
  const blind = Object.assign(new IdHasher(0), {
    hashBytes: (...[, , , , out]: Parameters<IdHasher['hashBytes']>) => {
      Object.assign(out, { high: 1, low: 1 });
    },
  });
  const batch = new PreparedBatch(0, blind);
  const [acme] = encodeChunks(
    'acme',
    ['a', 'b', 'a'].map((id) => sampleRecord({ id })),
  );
  const [other] = encodeChunks('other', [sampleRecord({ id: 'a' })]);
  batch.add({ sequence: 1, bytes: acme! });
  batch.add({ sequence: 2, bytes: other! });
  expect([1, 2, 3].map((record) => batch.haveSameId(0, record))).toEqual([false, true, false]);
});

test('is empty at first', () => {
  const batch = new PreparedBatch(7, hasher);
  expect([batch.through, batch.records.count, batch.bytes]).toEqual([7, 0, 0]);
});
