import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isWord, phraseMatcher, wordsOf } from './words.js';

it.each([
  ['Order_17: größe\tÄ', ['order', '17', 'größe', 'Ä']],
  ['😀-\u00a0…x', ['😀', '\u00a0…x']],
  [' ._- ', []],
])('the words of %j are %j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

const text = fc.string({ unit: fc.constantFrom(...'aAbB1é ._-'), maxLength: 20 });

it('a phrase is in a text exactly where its words follow one another', () => {
  fc.assert(
    fc.property(text, text.map(wordsOf), fc.boolean(), (where, phrase, prefix) => {
      fc.pre(phrase.length > 0);
      const words = wordsOf(where);
      const last = phrase.length - 1;
      const expected = words.some((_, start) =>
        phrase.every((word, place) => {
          const found = words[start + place] ?? '';
          return prefix && place === last ? found.startsWith(word) : found === word;
        }),
      );
      expect(phraseMatcher(phrase, prefix)(where)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
});

it('words are words of themselves', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (some) => {
      expect(wordsOf(some).every(isWord)).toBe(true);
    }),
  );
});
