import { anyOf } from './combine.js';
import { type PathReading, readPath } from './field-path.js';
import type { Filter } from './filter.js';
import { filterProblem } from './filter-problem.js';
import { type FoundField, fieldOf, isField, knownField } from './find-field.js';
import { isProblem, makeExists, makeIs, makeNetwork } from './make-condition.js';
import { readValue } from './read-value.js';
import type { Scanner } from './scanner.js';
import { failAt, TextError } from './text-error.js';
import { conditionOf, type FilterContext } from './value-condition.js';
import { readValueText } from './value-text.js';

const MESSAGE = knownField('message');

/** Reads what stands between two spaces: a field with its value, words, or a star for all events. */
export function readTerm(scanner: Scanner, context: FilterContext): Filter {
  const offset = scanner.at;
  const path = readPath(scanner.text, offset);
  if (path !== undefined && scanner.text[path.end] === ':') {
    scanner.at = path.end + 1;
    return path.keys.length === 1 && path.keys[0] === 'exists'
      ? readExists(scanner)
      : readField(scanner, path, offset, context);
  }
  const value = readValueText(scanner, { comma: false, dots: false });
  scanner.requireBoundary(false);
  if (value.isBare && value.parts.length > 1 && value.parts.every((part) => part === '')) return { op: 'always' };
  return conditionOf(MESSAGE, { ...value, isBare: false }, context);
}

function readExists(scanner: Scanner): Filter {
  const offset = scanner.at;
  const path = readPath(scanner.text, offset);
  if (path === undefined) return failAt(offset, 'missing-value', 'The name of a field is missing here.');
  scanner.at = path.end;
  scanner.requireBoundary(false);
  const made = makeExists(foundAt(path, offset));
  if (isProblem(made)) throw new TextError(made, offset);
  return made;
}

function readField(scanner: Scanner, path: PathReading, offset: number, context: FilterContext): Filter {
  const found = foundAt(path, offset);
  const filter = scanner.take('(') ? readList(scanner, found, context) : readValue(scanner, found, false, context);
  scanner.requireBoundary(false);
  return filter;
}

function foundAt({ keys }: PathReading, offset: number): FoundField {
  const found = fieldOf(keys);
  if (isField(found)) return found;
  // A word with a colon in it looks like a field too.
  const message = `${found.message} To search for the text itself, put quotes around it.`;
  throw new TextError(filterProblem(found.code, message, found.suggestion), offset);
}

/** Values between parentheses, with commas or OR between them: one of them. */
function readList(scanner: Scanner, found: FoundField, context: FilterContext): Filter {
  const open = scanner.at - 1;
  const filters: Filter[] = [];
  do {
    scanner.skipSpace();
    filters.push(readValue(scanner, found, true, context));
    scanner.skipSpace();
  } while (scanner.take(',') || scanner.takeKeyword('OR'));
  if (scanner.isAtEnd) failAt(open, 'unclosed-parenthesis', 'The list that opens here is not closed.');
  if (!scanner.take(')')) failAt(scanner.at, 'unexpected-character', 'A comma is missing here, or quotes.');
  return oneOf(found, filters, open);
}

/** Values of one kind become one condition. */
function oneOf(found: FoundField, filters: readonly Filter[], offset: number): Filter {
  const values = filters.flatMap((filter) => (filter.op === 'is' ? filter.values : []));
  const networks = filters.flatMap((filter) => (filter.op === 'network' ? filter.networks : []));
  const made = [
    ...(values.length > 0 ? [makeIs(found, values)] : []),
    ...(networks.length > 0 ? [makeNetwork(found, networks)] : []),
    ...filters.filter(({ op }) => op !== 'is' && op !== 'network'),
  ];
  const kept: Filter[] = [];
  for (const filter of made) {
    if (isProblem(filter)) throw new TextError(filter, offset);
    kept.push(filter);
  }
  return anyOf(...kept);
}
