import { asciiLower } from './ascii-lower.js';

/**
 * Words as the store's indexes on words have them (its function `tokens`): runs of letters and digits of ASCII and of
 * characters beyond it. So `order_17` is two words, and `Größe` one.
 */
const WORD = /[0-9A-Za-z\u0080-\uffff]+/g;
/** What may stand between two words, one or more of it. */
const BETWEEN = '[\\x00-/:-@[-`{-\\x7f]';
const INSIDE = '[0-9A-Za-z\\u0080-\\uffff]';

/** The words of a text in their order, A to Z in lower case. */
export function wordsOf(text: string): string[] {
  return (text.match(WORD) ?? []).map(asciiLower);
}

export function isWord(text: string): boolean {
  return wordsOf(text)[0] === text;
}

export function endsInWord(text: string): boolean {
  return new RegExp(`${INSIDE}$`).test(text);
}

/**
 * Tells whether a text has these words one after the other. Runs in time linear in the text: nothing that a word takes
 * can be taken by what is between words.
 *
 * @param words as {@link wordsOf} gives them, at least one
 * @param prefix the last word is the beginning of one
 */
export function phraseMatcher(words: readonly string[], prefix: boolean): (text: string) => boolean {
  const phrase = words.map(anyCase).join(`${BETWEEN}+`);
  const expression = new RegExp(`(?<!${INSIDE})${phrase}${prefix ? '' : `(?!${INSIDE})`}`);
  return (text) => expression.test(text);
}

/** Words hold no character that means anything in a regular expression. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}
