import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Occurrences } from './occurrences.js';
import { RecordIds } from './record-id.js';

it('gives every record of a file an id of its own, the same ones every time', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ action: fc.constantFrom('a', 'b'), n: fc.nat(3) })), (records) => {
      const ids = () => {
        const maker = new RecordIds();
        return records.map((record) => maker.next(record));
      };
      expect(ids()).toEqual(ids());
      expect(new Set(ids()).size).toBe(records.length);
      for (const id of ids()) expect(id).toMatch(/^import-[0-9a-f]{40}-\d+$/);
    }),
  );
});

it('looks at the content, not at its form', () => {
  const [first, second] = [new RecordIds(), new RecordIds()];
  expect(first.next({ a: 1, b: [2] })).toBe(second.next({ b: [2], a: 1 }));
});

it('counts as a map would, over its growth', () => {
  const occurrences = new Occurrences();
  const counts = new Map<number, number>();
  for (let n = 0; n < 20_000; n++) {
    const value = (n * 7919) % 9973;
    const hash = Buffer.alloc(8);
    // Many share their low bits, and one is zero, which marks a free slot inside.
    hash.writeBigUInt64BE(BigInt(value) << 20n);
    expect(occurrences.next(hash)).toBe(counts.get(value) ?? 0);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
});
