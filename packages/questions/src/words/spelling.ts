import { spelledWords } from '../vocabulary/lexicon.js';

const SHORT_WORD_CHARS = 4;
const LONG_WORD_CHARS = 8;

/**
 * The word of the vocabulary that a misspelt one is: the same first letter, one typing error in a word of four letters or
 * more, two in one of eight or more. A slip of neighbouring letters is one error.
 */
export function correctedWord(word: string): string | undefined {
  if (word.length < SHORT_WORD_CHARS || word.length > 24) return undefined;
  const candidates = spelledWords.get(word[0] as string) ?? [];
  const allowed = word.length >= LONG_WORD_CHARS ? 2 : 1;
  for (let errors = 1; errors <= allowed; errors++) {
    const near = candidates.filter((candidate) => isWithin(word, candidate, errors));
    // A letter is left out more often than one is put in.
    const [longest] = near.sort((one, other) => other.length - one.length);
    if (longest !== undefined) return longest;
  }
  return undefined;
}

/** Whether so many insertions, deletions, substitutions and swaps of neighbours make one word of the other. */
export function isWithin(one: string, other: string, errors: number): boolean {
  if (Math.abs(one.length - other.length) > errors) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const [left, right] = [one.slice(start), other.slice(start)];
  if (left === right) return true;
  if (errors === 0) return false;
  const next = errors - 1;
  return (
    isWithin(left.slice(1), right, next) ||
    isWithin(left, right.slice(1), next) ||
    isWithin(left.slice(1), right.slice(1), next) ||
    (left.length > 1 && left[0] === right[1] && left[1] === right[0] && isWithin(left.slice(2), right.slice(2), next))
  );
}
