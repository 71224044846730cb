import type { Filter } from './filter.js';
import { type FilterProblem, filterProblem, shown } from './filter-problem.js';
import type { FoundField } from './find-field.js';
import { type Bounds, isProblem, makeIs, makeRange } from './make-condition.js';
import { readNumber } from './number-literal.js';
import { type RangeEnd, timeBounds } from './time-bounds.js';
import { readTimeInterval } from './time-interval.js';

/** Whether ranges mean something for a field. */
export function hasOrder({ field }: FoundField): boolean {
  return field.type === 'time' || field.type === 'number' || field.type === 'json' || field.ordered === true;
}

/** The condition for what lies between two ends, one of which may be missing; the field has an order. */
export function rangeCondition(found: FoundField, lower?: RangeEnd, upper?: RangeEnd): Filter | FilterProblem {
  const { field } = found;
  if (field.ordered) return listBetween(found, lower, upper);
  const texts = [lower, upper].flatMap((end) => (end === undefined ? [] : [end.text]));
  const isNumeric = texts.every((text) => readNumber(text) !== undefined);
  if (field.type === 'number' && !isNumeric) return notANumber(texts);
  if (field.type !== 'time' && isNumeric) return makeRange(found, numberBounds(lower, upper));
  const isTime = texts.every((text) => readTimeInterval(text) !== undefined);
  if (field.type === 'json' && !isTime) return notANumber(texts);
  const bounds = timeBounds(lower, upper);
  return isProblem(bounds) ? bounds : makeRange(found, bounds);
}

/** The values of a closed list, which goes from least to most, that lie between two of them. */
function listBetween(found: FoundField, lower?: RangeEnd, upper?: RangeEnd): Filter | FilterProblem {
  const values = found.field.values as readonly string[];
  let first = 0;
  let last = values.length - 1;
  for (const end of [lower, upper]) {
    if (end === undefined) continue;
    const made = makeIs(found, [end.text]);
    if (isProblem(made)) return made;
    const place = values.indexOf(made.op === 'is' ? (made.values[0] as string) : '');
    if (end === lower) first = end.isIncluded ? place : place + 1;
    else last = end.isIncluded ? place : place - 1;
  }
  const between = values.slice(first, last + 1);
  return between.length === 0 ? { op: 'never' } : makeIs(found, between);
}

function numberBounds(lower?: RangeEnd, upper?: RangeEnd): Bounds {
  const bounds: Bounds = {};
  if (lower !== undefined) bounds[lower.isIncluded ? 'gte' : 'gt'] = readNumber(lower.text) as number;
  if (upper !== undefined) bounds[upper.isIncluded ? 'lte' : 'lt'] = readNumber(upper.text) as number;
  return bounds;
}

function notANumber(texts: readonly string[]): FilterProblem {
  const text = shown(texts.join('..'));
  return filterProblem('not-a-number', `${text} is no range of numbers or times; quotes make it a text.`);
}
