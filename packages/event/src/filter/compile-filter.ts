import { ipNetwork, networkContains } from '../ip-network.js';
import { isMoment, parseTime } from '../time.js';
import { asciiLower } from './ascii-lower.js';
import { BlindsOfEntry } from './blinds-of-entry.js';
import { freeTimeNs, fullTime } from './entry-time.js';
import {
  innerTextOfField,
  SEALED_STAND_IN,
  someLeaf,
  someValueAt,
  someValueOnWay,
  textOfField,
  textOfJson,
  type ValueTest,
} from './entry-values.js';
import type { Concealed, Condition, Filter, HasWords, InNetwork, Is, Like, Range } from './filter.js';
import { type FoundField, knownField } from './find-field.js';
import { patternMatcher } from './pattern.js';
import { phraseMatcher } from './words.js';

/**
 * Says whether an entry fits a filter.
 *
 * @param entry as parsed JSON
 * @param sealed what lies beside it for its sealed fields (`formatSealedItems`); absent: nothing of it is sealed. It is
 * read only by filters that have a condition on blind indexes, and by these once.
 */
export type FilterPredicate = (entry: unknown, sealed?: string) => boolean;

/**
 * Compiles a filter to a predicate on parsed entries; it gives the same answer as the store does for the entry's bytes,
 * which a test holds.
 *
 * @param filter in its one form, as `parseFilter`, `checkFilter`, `allOf`, `anyOf` and `negate` give it
 * @throws RangeError for a field that there is not
 */
export function compileFilter(filter: Filter): FilterPredicate {
  return compile(filter, new BlindsOfEntry());
}

function compile(filter: Filter, blinds: BlindsOfEntry): FilterPredicate {
  switch (filter.op) {
    case 'always':
      return () => true;
    case 'never':
      return () => false;
    case 'and': {
      const all = filter.filters.map((inner) => compile(inner, blinds));
      return (entry, sealed) => all.every((fits) => fits(entry, sealed));
    }
    case 'or': {
      const any = filter.filters.map((inner) => compile(inner, blinds));
      return (entry, sealed) => any.some((fits) => fits(entry, sealed));
    }
    case 'not': {
      const fits = compile(filter.filter, blinds);
      return (entry, sealed) => !fits(entry, sealed);
    }
    case 'sealed':
      return (_entry, sealed) => blinds.hasOne(sealed, filter.blind);
    case 'concealed':
      return compileConcealed(filter);
    default:
      return compileCondition(filter);
  }
}

function compileConcealed({ field }: Concealed): FilterPredicate {
  if (field === 'any') return (_entry, sealed) => sealed !== undefined && sealed !== '';
  const found = knownField(field);
  const isStandIn: ValueTest =
    found.field.type === 'json'
      ? (value) => typeof value === 'object' && textOfField(value).startsWith(SEALED_STAND_IN)
      : (value) => textOfField(value).startsWith(SEALED_STAND_IN);
  return (entry) => someValueOnWay(entry, found.path, isStandIn);
}

function compileCondition(condition: Condition): FilterPredicate {
  const found = knownField(condition.field);
  if (condition.op === 'words' && condition.field === 'any') {
    const fits = phraseMatcher(condition.words, condition.prefix === true);
    return (entry) => someLeaf(entry, fits);
  }
  const test = valueTest(condition, found);
  return (entry) => someValueAt(entry, found.path, test);
}

function valueTest(condition: Condition, found: FoundField): ValueTest {
  switch (condition.op) {
    case 'is':
      return isTest(condition, found);
    case 'like':
      return likeTest(condition, found);
    case 'exists':
      return found.field.type === 'json'
        ? (value) => value !== null && value !== ''
        : (value) => textOfField(value) !== '';
    case 'range':
      return rangeTest(condition, found);
    case 'network':
      return networkTest(condition);
    case 'words':
      return wordsTest(condition);
  }
}

function isTest({ values }: Is, found: FoundField): ValueTest {
  const textOf = found.field.type === 'json' ? textOfJson : textOfField;
  const isLower = found.field.type === 'text';
  const wanted = new Set(isLower ? values.map(asciiLower) : values);
  return isLower ? (value) => wanted.has(asciiLower(textOf(value))) : (value) => wanted.has(textOf(value));
}

function likeTest({ parts }: Like, found: FoundField): ValueTest {
  const textOf = found.field.type === 'json' ? textOfJson : innerTextOfField;
  const isLower = found.field.type === 'text';
  const fits = patternMatcher(isLower ? parts.map(asciiLower) : parts);
  return isLower ? (value) => fits(asciiLower(textOf(value))) : (value) => fits(textOf(value));
}

function networkTest({ networks }: InNetwork): ValueTest {
  const ranges = networks.flatMap((network) => ipNetwork(network) ?? []);
  return (value) => typeof value === 'string' && ranges.some((range) => networkContains(range, value));
}

function wordsTest({ words, prefix }: HasWords): ValueTest {
  const fits = phraseMatcher(words, prefix === true);
  return (value) => fits(innerTextOfField(value));
}

function rangeTest(range: Range, { field }: FoundField): ValueTest {
  const isNumeric = typeof (range.gt ?? range.gte ?? range.lt ?? range.lte) === 'number';
  if (isNumeric) {
    const fits = between(range as Ends<number>);
    return (value) => typeof value === 'number' && fits(value);
  }
  if (field.type === 'time') {
    const fits = between(range as Ends<string>);
    return (value) => typeof value === 'string' && fits(fullTime(value));
  }
  const fits = between(inNanoseconds(range as Ends<string>));
  return (value) => {
    const ns = typeof value === 'string' ? freeTimeNs(value) : undefined;
    return ns !== undefined && fits(ns);
  };
}

interface Ends<T> {
  readonly gt?: T | undefined;
  readonly gte?: T | undefined;
  readonly lt?: T | undefined;
  readonly lte?: T | undefined;
}

function between<T extends number | string | bigint>({ gt, gte, lt, lte }: Ends<T>): (value: T) => boolean {
  return (value) =>
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte);
}

function inNanoseconds({ gt, gte, lt, lte }: Ends<string>): Ends<bigint> {
  const ns = (text: string | undefined) => {
    const moment = text === undefined ? undefined : parseTime(text);
    return moment !== undefined && isMoment(moment) ? moment.ns : undefined;
  };
  return { gt: ns(gt), gte: ns(gte), lt: ns(lt), lte: ns(lte) };
}
