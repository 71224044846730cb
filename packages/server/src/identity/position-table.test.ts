import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PositionTable } from './position-table.js';

/** The same in the simplest way: a map keeps the order in which keys came. */
class PlainTable {
  readonly positions = new Map<number, number>();

  removeBefore(position: number): void {
    for (const [key, each] of this.positions) {
      if (each >= position) break;
      this.positions.delete(key);
    }
  }
}

/** Few enough keys that they meet, in their slots and at the end of the table. */
const key = fc.oneof(
  fc.nat(20),
  fc.nat(20).map((i) => i * 2_097_152),
  fc.nat(6).map((i) => (1020 + i) * 2_097_152 + i),
  fc.constant(2 ** 53 - 1),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ key, position: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 1, arbitrary: fc.record({ before: fc.nat(110) }) },
);

test('does as a map that keeps the order does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const table = new PositionTable();
      const plain = new PlainTable();
      const keys = new Set<number>();
      for (const each of steps) {
        if ('before' in each) {
          table.removeBefore(each.before);
          plain.removeBefore(each.before);
        } else {
          table.set(each.key, each.position);
          plain.positions.set(each.key, each.position);
          keys.add(each.key);
        }
        expect(table.size).toBe(plain.positions.size);
        for (const known of keys) {
          expect([table.get(known), table.has(known)]).toEqual([
            plain.positions.get(known),
            plain.positions.has(known),
          ]);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test('grows with what it holds, and gives the memory back', () => {
  const table = new PositionTable();
  const empty = table.bytes;
  const keyOf = (i: number) => ((Math.imul(i, 0x9e3779b1) >>> 0) * 2_097_152 + (i % 2_097_152)) % 2 ** 53;
  const count = 300_000;
  for (let i = 0; i < count; i++) table.set(keyOf(i), i + 1);
  expect(table.size).toBe(count);
  expect(table.bytes).toBeLessThanOrEqual(count * 24 * 4);
  for (let i = 0; i < count; i += 7) expect(table.get(keyOf(i))).toBe(i + 1);
  for (let before = 0; before <= count; before += 1000) table.removeBefore(before);
  expect([table.size, table.has(keyOf(count - 2)), table.get(keyOf(count - 1))]).toEqual([1, false, count]);
  table.removeBefore(count + 1);
  expect([table.size, table.bytes]).toEqual([0, empty]);
});
