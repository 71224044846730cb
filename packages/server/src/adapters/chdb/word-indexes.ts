import { wordsOf } from '@attestlog/event';
import type { FilterParameters } from './filter-parameters.js';
import { escapeLiteral } from './parameters.js';

/** How JSON escapes a character; each of those that canonical JSON escapes stands between words. */
const ESCAPED = String.raw`\\(?:u00..|.)`;

/**
 * The words of an entry, its keys among them, as `wordsOf` has them: the index `by_word` is over this expression, and
 * is used where a condition has the same one.
 */
export const WORDS_OF_ENTRY = `tokens(lower(replaceRegexpAll(entry, '${escapeLiteral(ESCAPED)}', ' ')))`;

/** The words of a message: the index `by_message` is over this expression. */
export const WORDS_OF_MESSAGE = 'tokens(lower(message))';

/** That the entry holds all of these words. */
export function holdsWordsSql(words: readonly string[], parameters: FilterParameters): string {
  return `hasAll(${WORDS_OF_ENTRY}, ${parameters.texts(words)})`;
}

/**
 * What holds for every entry in which one of these texts stands as a whole: that it has all words of the only one, or of
 * several texts the longest word of one. Undefined where there is no word to ask for.
 */
export function holdsTextSql(texts: readonly string[], parameters: FilterParameters): string | undefined {
  const words = texts.map(wordsOf);
  const [only, ...others] = words;
  if (only === undefined || words.some(({ length }) => length === 0)) return undefined;
  if (others.length === 0) return holdsWordsSql(only, parameters);
  return `hasAny(${WORDS_OF_ENTRY}, ${parameters.texts(words.map(longest))})`;
}

/** The same for a pattern: the words of its parts that nothing can stand beside. */
export function holdsPatternSql(parts: readonly string[], parameters: FilterParameters): string | undefined {
  const last = parts.length - 1;
  const words = parts.flatMap((part, place) => wholeWords(part, place > 0, place < last));
  return words.length === 0 ? undefined : holdsWordsSql(words, parameters);
}

/** The longest of words, at least one: most likely the rarest. */
export function longest(words: readonly string[]): string {
  return words.reduce((best, word) => (word.length > best.length ? word : best));
}

/** Words of a text without the first and the last where those may go on beyond its ends: a letter stands for what does. */
function wholeWords(text: string, goesOnBefore: boolean, goesOnBehind: boolean): string[] {
  const words = wordsOf(`${goesOnBefore ? 'x' : ''}${text}${goesOnBehind ? 'x' : ''}`);
  return words.slice(goesOnBefore ? 1 : 0, goesOnBehind ? -1 : undefined);
}
