import type { Filter } from './filter.js';
import { type FilterProblem, filterProblem, shown } from './filter-problem.js';
import type { FoundField } from './find-field.js';
import { isProblem, makeExists, makeIs, makeLike, makeRange, makeWords } from './make-condition.js';
import { TextError } from './text-error.js';
import { timeBounds } from './time-bounds.js';
import type { ValueText } from './value-text.js';
import { endsInWord, wordsOf } from './words.js';

/** What a filter can refer to besides the event. */
export interface FilterContext {
  /** Values by name: `{ me: 'jane' }` is what `@me` stands for. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The condition that a single value asks for, which the type of the field decides. */
export function conditionOf(found: FoundField, value: ValueText, context: FilterContext): Filter {
  const made = makeCondition(found, value, context);
  if (isProblem(made)) throw new TextError(made, value.offset);
  return made;
}

function makeCondition(found: FoundField, value: ValueText, context: FilterContext): Filter | FilterProblem {
  const { parts } = value;
  if (parts.length > 1 && parts.every((part) => part === '')) return makeExists(found);
  const { type } = found.field;
  if (type === 'message' || type === 'entry') return wordsCondition(found, parts);
  if (parts.length > 1) return makeLike(found, parts);
  const [text = ''] = parts;
  if (value.isBare && text.startsWith('@')) return variableCondition(found, text, context);
  if (type !== 'time') return makeIs(found, parts);
  const whole = { text, isIncluded: true };
  const bounds = timeBounds(whole, whole);
  return isProblem(bounds) ? bounds : makeRange(found, bounds);
}

/** A star is possible behind the last word only: an index of words knows how they begin. */
function wordsCondition(found: FoundField, parts: readonly string[]): Filter | FilterProblem {
  const [text = '', behind] = parts;
  const isPrefix = behind !== undefined;
  if (parts.length > 2 || (isPrefix && (behind !== '' || !endsInWord(text)))) {
    const message = 'In words a star stands only behind the last one; message.text takes stars anywhere.';
    return filterProblem('bad-pattern', message);
  }
  const words = wordsOf(text);
  if (words.length > 0) return makeWords(found, words, isPrefix);
  return filterProblem('no-words', `There are no letters and no digits in ${shown(text)} to search for.`);
}

/** A variable is a value: whatever it holds, it is never read as syntax, and no star in it means anything. */
function variableCondition(found: FoundField, text: string, { variables = {} }: FilterContext): Filter | FilterProblem {
  const name = text.slice(1);
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value !== undefined) return makeIs(found, [value]);
  return filterProblem('unknown-variable', `${shown(text)} means nothing here; quotes make it a text.`);
}
