import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from './hash.js';
import { reconcile } from './reconcile.js';
import { cheapLeaf } from './testing/reference-tree.js';

const hashes = (numbers: readonly number[]) => new Uint8Array(Buffer.concat(numbers.map((n) => cheapLeaf(n))));
const truth = Array.from({ length: 16 }, (_, i) => i);
const isTruth = (contents: readonly Uint8Array[]) => equalBytes(Buffer.concat(contents), hashes(truth));

describe('reconcile', () => {
  it('finds what is right wherever at least one of the sources has it', () => {
    const wrong = fc.uniqueArray(fc.nat(15), { maxLength: 8 });
    fc.assert(
      fc.property(wrong, fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }), fc.nat(15), (places, side, cut) => {
        const source = (own: boolean) =>
          hashes(truth.map((n) => (places.includes(n) && side[n] === own ? n + 100 : n)));
        const [a, b] = [source(true), source(false)];
        const slots = [
          [a.subarray(0, cut * 32), b.subarray(0, cut * 32)],
          [undefined, a.subarray(cut * 32), b.subarray(cut * 32)],
        ];
        expect(Buffer.concat(reconcile(slots, isTruth) ?? [])).toEqual(Buffer.from(hashes(truth)));
      }),
    );
  });

  it('gives up without a source, without the truth, and where too much differs', () => {
    expect(reconcile([[undefined]], () => true)).toBeUndefined();
    expect(reconcile([[hashes(truth.with(3, 99))]], isTruth)).toBeUndefined();
    const evenWrong = hashes(truth.map((n) => (n % 2 === 0 ? n + 100 : n)));
    const oddWrong = hashes(truth.map((n) => (n % 2 === 1 ? n + 100 : n)));
    expect(reconcile([[evenWrong, oddWrong]], isTruth)).toBeUndefined();
  });
});
