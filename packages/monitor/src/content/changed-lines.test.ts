import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedLines } from './changed-lines.js';

const lines = fc.array(fc.nat(4), { maxLength: 40 });

/** The length of the longest common subsequence, by the plain table. */
function commonLength(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const left of a) {
    const next = [0];
    b.forEach((right, index) => {
      next.push(left === right ? row[index]! + 1 : Math.max(row[index + 1]!, next[index]!));
    });
    row = next;
  }
  return row[b.length]!;
}

const kept = (values: readonly number[], changed: Uint8Array) => values.filter((_, index) => changed[index] === 0);

describe('changed lines', () => {
  it('leave equal lines in equal order, and are as few as can be', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const { removed, added } = changedLines(Int32Array.from(before), Int32Array.from(after));
        expect(kept(before, removed)).toEqual(kept(after, added));
        expect(kept(before, removed)).toHaveLength(commonLength(before, after));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are right, if not the fewest, where the search ends early', () => {
    fc.assert(
      fc.property(lines, lines, fc.nat(200), (before, after, maxSteps) => {
        const { removed, added } = changedLines(Int32Array.from(before), Int32Array.from(after), maxSteps);
        expect(kept(before, removed)).toEqual(kept(after, added));
      }),
    );
  });

  it('are right for texts that differ in thousands of places', () => {
    const before = Array.from({ length: 6_000 }, (_, index) => (index * 7_919) % 97);
    const after = Array.from({ length: 5_000 }, (_, index) => (index * 6_101) % 89);
    const { removed, added } = changedLines(Int32Array.from(before), Int32Array.from(after));
    expect(kept(before, removed)).toEqual(kept(after, added));
    expect(kept(before, removed).length).toBeGreaterThan(500);
  });
});
