import type { HasWords } from '@attestlog/event';
import { isNoStandIn } from './field-sql.js';
import type { FilterParameters } from './filter-parameters.js';

/** What stands between words, once they are in lower case: ASCII that is no letter and no digit. */
const BETWEEN = '[\\x00-/:-@\\[-`{-\\x7f]';

/**
 * Every text and number of the entry: strings and numbers of its JSON, without the strings before a colon, which are
 * keys. All strings are read from the first on, so that no quote in the middle of one is taken for the start of another.
 */
const LEAVES = `JSONExtract(concat('[', arrayStringConcat(arrayFilter(x -> NOT endsWith(x, ':'), extractAll(entry, '"(?:[^"\\\\\\\\]|\\\\\\\\.)*":?|-?[0-9][0-9.eE+-]*')), ','), ']'), 'Array(String)')`;

/** Words one after the other, in the message by its index, or anywhere in the entry. */
export function wordsSql(condition: HasWords, parameters: FilterParameters): string {
  return condition.field === 'message' ? inMessage(condition, parameters) : inEntry(condition, parameters);
}

/** The index knows whole words and not their order: it narrows down, and the expression decides. */
function inMessage(condition: HasWords, parameters: FilterParameters): string {
  const { words, prefix } = condition;
  const whole = prefix ? words.slice(0, -1) : words;
  const hasAll = whole.length > 0 ? [`hasAllTokens(lower(message), ${parameters.texts(whole)})`] : [];
  const isWhole = words.length === 1 && !prefix;
  const inOrder = isWhole ? [] : [`match(lower(message), ${parameters.text(phrasePattern(condition))})`];
  return [...hasAll, ...inOrder, isNoStandIn('message')].join(' AND ');
}

/** A word is never changed by JSON's escapes, so an entry without it is told quickly. */
function inEntry(condition: HasWords, parameters: FilterParameters): string {
  const longest = condition.words.reduce((best, word) => (word.length > best.length ? word : best));
  const pattern = parameters.text(phrasePattern(condition));
  return `position(lower(entry), ${parameters.text(longest)}) > 0 AND arrayExists(x -> match(lower(x), ${pattern}), ${LEAVES})`;
}

/** Words hold no character that means anything in a regular expression. */
function phrasePattern({ words, prefix }: HasWords): string {
  return `(?:^|${BETWEEN})${words.join(`${BETWEEN}+`)}${prefix ? '' : `(?:$|${BETWEEN})`}`;
}
