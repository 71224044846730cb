import type { HasWords } from '@attestlog/event';
import { isNoStandIn } from './field-sql.js';
import type { FilterParameters } from './filter-parameters.js';
import { holdsWordsSql, longest, WORDS_OF_MESSAGE } from './word-indexes.js';

/** What stands between words, once they are in lower case: ASCII that is no letter and no digit. */
const BETWEEN = '[\\x00-/:-@\\[-`{-\\x7f]';

/**
 * Every text and number of the entry: strings and numbers of its JSON, without the strings before a colon, which are
 * keys. All strings are read from the first on, so that no quote in the middle of one is taken for the start of another.
 */
export const LEAVES = `JSONExtract(concat('[', arrayStringConcat(arrayFilter(x -> NOT endsWith(x, ':'), extractAll(entry, '"(?:[^"\\\\\\\\]|\\\\\\\\.)*":?|-?[0-9][0-9.eE+-]*')), ','), ']'), 'Array(String)')`;

/** Words one after the other, in the message by its index, or anywhere in the entry. */
export function wordsSql(condition: HasWords, parameters: FilterParameters): string {
  return condition.field === 'message' ? inMessage(condition, parameters) : inEntry(condition, parameters);
}

/**
 * The index is used where a condition has its own expression, which is dear to compute for a row; the cheap one before
 * it is enough for most. Neither knows the order of words: the last expression decides.
 */
function inMessage(condition: HasWords, parameters: FilterParameters): string {
  const { words, prefix } = condition;
  const whole = prefix ? words.slice(0, -1) : words;
  const hasAll = whole.length > 0 ? hasAllSql(parameters.texts(whole)) : [];
  const isWhole = words.length === 1 && !prefix;
  const inOrder = isWhole ? [] : [`match(lower(message), ${parameters.text(phrasePattern(condition))})`];
  return [...hasAll, ...inOrder, isNoStandIn('message')].join(' AND ');
}

function hasAllSql(words: string): string[] {
  return [`hasAllTokens(lower(message), ${words})`, `hasAll(${WORDS_OF_MESSAGE}, ${words})`];
}

/**
 * The index tells most entries that lack a word. Of the others, one that lacks the longest is told quickly, since JSON's
 * escapes never change a word.
 */
function inEntry(condition: HasWords, parameters: FilterParameters): string {
  const { words, prefix } = condition;
  const pattern = parameters.text(phrasePattern(condition));
  const hasLongest = `position(lower(entry), ${parameters.text(longest(words))}) > 0`;
  const whole = prefix ? words.slice(0, -1) : words;
  const hasAll = whole.length > 0 ? [holdsWordsSql(whole, parameters)] : [];
  return [hasLongest, ...hasAll, `arrayExists(x -> match(lower(x), ${pattern}), ${LEAVES})`].join(' AND ');
}

/** Words hold no character that means anything in a regular expression. */
function phrasePattern({ words, prefix }: HasWords): string {
  return `(?:^|${BETWEEN})${words.join(`${BETWEEN}+`)}${prefix ? '' : `(?:$|${BETWEEN})`}`;
}
