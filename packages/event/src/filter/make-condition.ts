import { ipNetwork } from '../ip-network.js';
import { nearestName } from '../nearest-name.js';
import { asciiLower } from './ascii-lower.js';
import type { Bound, Condition, Exists, HasWords, InNetwork, Is, Like, Range } from './filter.js';
import {
  FILTER_LIST_MAX_ITEMS,
  FILTER_PATTERN_MAX_PARTS,
  FILTER_PHRASE_MAX_WORDS,
  FILTER_VALUE_MAX_CHARS,
} from './filter-bounds.js';
import { type FilterProblem, filterProblem, shown } from './filter-problem.js';
import type { FoundField } from './find-field.js';
import { readNumber } from './number-literal.js';
import { isWord } from './words.js';

/**
 * Conditions in their one form, or what is wrong with them: the same rules for those who write the search syntax and
 * for those who send trees.
 */
type Made<T extends Condition> = T | FilterProblem;

export function isProblem(made: object): made is FilterProblem {
  return 'code' in made;
}

/** On an address it asks for the networks that are each one address. */
export function makeIs(found: FoundField, values: readonly string[]): Made<Is | InNetwork> {
  const { name, field } = found;
  if (field.type === 'address') return makeNetwork(found, values);
  if (!['keyword', 'text', 'number', 'json'].includes(field.type))
    return wrongOperator(found, 'be compared with a text');
  const wrong = listProblem(values) ?? firstProblem(values, textProblem);
  if (wrong !== undefined) return wrong;
  const canonical: string[] = [];
  for (const value of values) {
    const made = canonicalValue(found, value);
    if (typeof made !== 'string') return made;
    if (!canonical.includes(made)) canonical.push(made);
  }
  return { op: 'is', field: name, values: canonical };
}

/** @param parts at least two, and not all of them empty: that would be {@link makeExists} */
export function makeLike(found: FoundField, parts: readonly string[]): Made<Like> {
  const { name, field } = found;
  if (!['keyword', 'text', 'address', 'json'].includes(field.type)) {
    return wrongOperator(found, 'be compared with a pattern');
  }
  if (parts.length < 2 || parts.every((part) => part === '')) {
    return filterProblem('bad-pattern', 'A pattern has a star and something else beside it.');
  }
  if (parts.length > FILTER_PATTERN_MAX_PARTS) {
    return filterProblem('bad-pattern', `A pattern has at most ${FILTER_PATTERN_MAX_PARTS - 1} stars.`);
  }
  const wrong = firstProblem(
    parts.filter((part) => part !== ''),
    textProblem,
  );
  if (wrong !== undefined) return wrong;
  const joined = parts.filter((part, place) => part !== '' || place === 0 || place === parts.length - 1);
  return { op: 'like', field: name, parts: field.lowerCase ? joined.map(asciiLower) : joined };
}

export function makeExists(found: FoundField): Made<Exists> {
  if (found.field.type === 'entry') return wrongOperator(found, 'be absent');
  return { op: 'exists', field: found.name };
}

export interface Bounds {
  gt?: Bound;
  gte?: Bound;
  lt?: Bound;
  lte?: Bound;
}

/** @param bounds numbers, or times as `formatNs` writes them; at most one lower and one upper bound, at least one */
export function makeRange(found: FoundField, bounds: Bounds): Made<Range> {
  const { name, field } = found;
  const ends = Object.entries(bounds) as [keyof Bounds, Bound][];
  const isNumeric = ends.every(([, bound]) => typeof bound === 'number');
  const isMixed = !isNumeric && ends.some(([, bound]) => typeof bound === 'number');
  const fits = field.type === 'json' || field.type === (isNumeric ? 'number' : 'time');
  if (!fits || isMixed) return wrongOperator(found, `be in a range of ${isNumeric ? 'numbers' : 'times'}`);
  if (!isNumeric) return { op: 'range', field: name, ...bounds };
  if (!ends.every(([, bound]) => Number.isFinite(bound))) {
    return filterProblem('not-a-number', 'The bounds of a range are finite numbers.');
  }
  // No -0: it equals 0 and is written as 0.
  const canonical = ends.map(([end, bound]) => [end, (bound as number) + 0]);
  return { op: 'range', field: name, ...(Object.fromEntries(canonical) as Bounds) };
}

export function makeNetwork(found: FoundField, networks: readonly string[]): Made<InNetwork> {
  if (found.field.type !== 'address') return wrongOperator(found, 'be in a network');
  const wrong = listProblem(networks) ?? firstProblem(networks, networkProblem);
  return wrong ?? { op: 'network', field: found.name, networks: [...new Set(networks)] };
}

export function makeWords(found: FoundField, words: readonly string[], prefix: boolean): Made<HasWords> {
  const { type } = found.field;
  if (type !== 'message' && type !== 'entry') return wrongOperator(found, 'be searched by word');
  if (words.length > FILTER_PHRASE_MAX_WORDS) {
    return filterProblem('too-many-items', `A phrase has at most ${FILTER_PHRASE_MAX_WORDS} words.`);
  }
  const lower = words.map(asciiLower);
  if (lower.length === 0 || !lower.every(isWord)) {
    return filterProblem('no-words', 'A phrase has words of letters and digits, at least one.');
  }
  const wrong = firstProblem(lower, textProblem);
  if (wrong !== undefined) return wrong;
  const asked = { op: 'words', field: type === 'message' ? 'message' : 'any', words: lower } as const;
  return prefix ? { ...asked, prefix } : asked;
}

/** The value as it stands in entries: `failed` is the outcome `failure`, `1e2` the size `100`. */
function canonicalValue({ name, field }: FoundField, value: string): string | FilterProblem {
  if (field.type === 'number') {
    const number = readNumber(value);
    if (number !== undefined) return String(number);
    return filterProblem('not-a-number', `${name} is a number, and ${shown(value)} is none.`);
  }
  if (field.lowerCase) return asciiLower(value);
  if (field.values === undefined || field.values.includes(value)) return value;
  const meant = field.meaning?.(value) ?? field.values.find((known) => known === asciiLower(value));
  if (meant !== undefined) return meant;
  const near = nearestName(value, field.values);
  return filterProblem('unknown-value', `${name} is never ${shown(value)}; it is ${field.values.join(', ')}.`, near);
}

function textProblem(text: string): FilterProblem | undefined {
  if (text === '') return filterProblem('missing-value', 'An empty text is no value; ask whether the field exists.');
  if (text.length > FILTER_VALUE_MAX_CHARS) {
    return filterProblem('too-long', `A value has at most ${FILTER_VALUE_MAX_CHARS} characters.`);
  }
  if (text.includes('\0') || !text.isWellFormed()) {
    return filterProblem('bad-character', 'A value has a character U+0000 or half of a surrogate pair; no event has.');
  }
  return undefined;
}

function networkProblem(network: string): FilterProblem | undefined {
  if (network.length <= FILTER_VALUE_MAX_CHARS && ipNetwork(network) !== undefined) return undefined;
  const examples = 'such as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32';
  return filterProblem('not-a-network', `${shown(network)} is no address and no network ${examples}.`);
}

function listProblem(items: readonly string[]): FilterProblem | undefined {
  if (items.length === 0) return filterProblem('missing-value', 'A list has at least one value.');
  if (items.length <= FILTER_LIST_MAX_ITEMS) return undefined;
  return filterProblem('too-many-items', `A list has at most ${FILTER_LIST_MAX_ITEMS} values.`);
}

function firstProblem(
  items: readonly string[],
  check: (item: string) => FilterProblem | undefined,
): FilterProblem | undefined {
  for (const item of items) {
    const found = check(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wrongOperator({ name, field }: FoundField, what: string): FilterProblem {
  return filterProblem('wrong-operator', `${name} (${field.type}) cannot ${what}.`);
}
