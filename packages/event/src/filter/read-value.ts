import type { Filter } from './filter.js';
import type { FoundField } from './find-field.js';
import { isProblem } from './make-condition.js';
import { hasOrder, rangeCondition } from './range-condition.js';
import type { Scanner } from './scanner.js';
import { failAt, TextError } from './text-error.js';
import type { RangeEnd } from './time-bounds.js';
import { conditionOf, type FilterContext } from './value-condition.js';
import { readValueText, type ValueText } from './value-text.js';

/** `>` and `<` leave the value itself out. */
interface Comparator {
  readonly isLower: boolean;
  readonly isIncluded: boolean;
}

/** Reads what stands behind `field:`: a value, `>value`, `low..high`, `>low..<high`. */
export function readValue(scanner: Scanner, found: FoundField, inList: boolean, context: FilterContext): Filter {
  const offset = scanner.at;
  const comparator = readComparator(scanner, found);
  const value = readPresentValue(scanner, found, inList);
  if (!hasOrder(found) || !scanner.take('..')) {
    if (comparator === undefined) return conditionOf(found, value, context);
    const end = endOf(value, comparator);
    return comparator.isLower ? rangeOf(offset, found, end) : rangeOf(offset, found, undefined, end);
  }
  const other = readComparator(scanner, found);
  const upper = readPresentValue(scanner, found, inList);
  if (comparator?.isLower === false || other?.isLower === true) {
    failAt(offset, 'unexpected-character', 'A range goes from the lower value to the higher: 5..10, >5..<10.');
  }
  return rangeOf(offset, found, endOf(value, comparator), endOf(upper, other));
}

function readComparator(scanner: Scanner, found: FoundField): Comparator | undefined {
  const offset = scanner.at;
  const token = (['>', '<'] as const).find((sign) => scanner.take(sign));
  if (token === undefined) return undefined;
  if (!hasOrder(found)) failAt(offset, 'wrong-operator', `${found.name} has no order; put quotes around the value.`);
  return { isLower: token === '>', isIncluded: scanner.take('=') };
}

function readPresentValue(scanner: Scanner, found: FoundField, inList: boolean): ValueText {
  if (scanner.isBoundaryNext(inList)) {
    failAt(scanner.at, 'missing-value', `A value for ${found.name} is missing here; no space comes before it.`);
  }
  return readValueText(scanner, { comma: inList, dots: hasOrder(found) });
}

function endOf(value: ValueText, comparator: Comparator | undefined): RangeEnd {
  return { text: value.parts.join('*'), isIncluded: comparator?.isIncluded ?? true };
}

function rangeOf(offset: number, found: FoundField, lower?: RangeEnd, upper?: RangeEnd): Filter {
  const made = rangeCondition(found, lower, upper);
  if (isProblem(made)) throw new TextError(made, offset);
  return made;
}
