import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spelledWords } from '../vocabulary/lexicon.js';
import { correctedWord, isWithin } from './spelling.js';

const words = [...spelledWords.values()].flat();

describe('misspelt words', () => {
  it.each([
    ['shwo', 'show'],
    ['faild', 'failed'],
    ['delted', 'deleted'],
    ['acessed', 'accessed'],
    ['permisions', 'permissions'],
    ['finacial', 'financial'],
    ['authentcation', 'authentication'],
  ])('%s is %s', (misspelt, meant) => {
    expect(correctedWord(misspelt)).toBe(meant);
  });

  it.each(['bob', 'jane', 'zeus', 'warehousing', '', 'x'.repeat(500)])('%.20j is none', (word) => {
    expect(correctedWord(word)).toBeUndefined();
  });

  it('are found by one slip of any kind behind the first letter', () => {
    const word = fc.constantFrom(...words.filter((each) => /^[a-z]{6,}$/.test(each)));
    fc.assert(
      fc.property(word, fc.nat(20), fc.constantFrom('drop', 'double', 'swap', 'other'), (meant, place, slip) => {
        const at = 1 + (place % (meant.length - 2));
        const [before, letter, behind] = [meant.slice(0, at), meant[at]!, meant.slice(at + 1)];
        const slips: Record<string, string> = {
          drop: before + behind,
          double: before + letter + letter + behind,
          swap: before + behind[0] + letter + behind.slice(1),
          other: `${before}~${behind}`,
        };
        expect(correctedWord(slips[slip]!)).toBeDefined();
        expect(isWithin(slips[slip]!, meant, 1)).toBe(true);
      }),
    );
  });

  it('are as near to a word as the word is to them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 2 }), (one, other, errors) => {
        expect(isWithin(one, other, errors)).toBe(isWithin(other, one, errors));
      }),
    );
  });
});
