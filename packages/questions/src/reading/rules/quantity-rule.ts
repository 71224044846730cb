import { findField, isField } from '@attestlog/event';
import type { Having } from '../../question.js';
import type { Comparison } from '../../vocabulary/function-words.js';
import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import { numberOf } from './ask-rule.js';
import { isAboutThings } from './party-role.js';
import { isNameLike, isUnknownWord, kindOf, type Rule, skipStops } from './rule.js';
import { saysDifferent, skipToCounted } from './several-rule.js';

const signs: Readonly<Record<string, Comparison>> = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte', '=': 'eq' };
const FACTORS: Readonly<Record<string, number>> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9 };
const AMOUNT = 'metadata.amount';

/** `over 900`, `more than 5 failed logins`, `metadata.currency is EUR`, `the status … from open to closed`. */
export const quantityRule: Rule = (items, at, draft) => {
  const item = items[at]!;
  const { meaning, token } = item;
  if (token.kind === 'field') return readField(items, at, draft);
  if (meaning?.kind === 'property') return readProperty(items, at, draft);
  const postfix = postfixBound(items, at);
  if (postfix !== undefined) return readBound(items, at, draft, postfix, true);
  const bound = meaning?.kind === 'comparison' ? meaning.bound : signs[token.text];
  if (bound !== undefined) return readBound(items, at, draft, bound);
  if (meaning?.kind === 'preposition' && meaning.word === 'between') return readBetween(items, at, draft);
  return 0;
};

/** `10 or more`, `five or fewer`. */
function postfixBound(items: readonly Item[], at: number): Comparison | undefined {
  if (numberOf(items[at]) === undefined || items[at + 1]?.token.lower !== 'or') return undefined;
  const word = items[at + 2]?.token.lower ?? '';
  if (/^(?:more|greater|above|over|higher)$/.test(word)) return 'gte';
  return /^(?:fewer|less|below|lower)$/.test(word) ? 'lte' : undefined;
}

function readField(items: readonly Item[], at: number, draft: Draft): number {
  const item = items[at]!;
  const value = skipEquals(items, at + 1);
  const next = items[value];
  if (kindOf(next) === 'comparison' || next?.token.kind === 'sign') {
    draft.field = item.text;
    draft.say(item, item.text);
    return 1;
  }
  const found = findField(item.text);
  if (next === undefined || !isField(found) || !(isNameLike(next) || isUnknownWord(next) || isValueWord(next))) {
    draft.miss(item);
    return 1;
  }
  draft.add('field', { op: 'is', field: found.name, values: [next.token.text] }, [item, next]);
  return value - at + 1;
}

/** Words of the vocabulary are values as well: `EUR`, `failed`, `admin`. */
function isValueWord(item: Item): boolean {
  return ['unit', 'condition', 'noun', 'verb', 'property'].includes(kindOf(item) ?? '');
}

function skipEquals(items: readonly Item[], at: number): number {
  let place = skipStops(items, at);
  while (kindOf(items[place]) === 'auxiliary' || items[place]?.token.text === '=') place++;
  return place;
}

/** `amount`, `size`: a comparison may follow; or, behind a verb of change, what of the thing was changed. */
function readProperty(items: readonly Item[], at: number, draft: Draft): number {
  const item = items[at]!;
  if (item.meaning?.kind !== 'property') return 0;
  const { name } = item.meaning;
  if (draft.hasVerb('update')) draft.property = { name, item };
  draft.field = name === 'size' ? 'file.size' : `metadata.${name}`;
  draft.say(item, draft.field);
  draft.preposition = undefined;
  return 1;
}

function readBound(items: readonly Item[], at: number, draft: Draft, bound: Comparison, isPostfix = false): number {
  const item = items[at]!;
  // "With a size of more than", "is >".
  const place = isPostfix ? at : skipStops(items, at + 1);
  const number = numberOf(items[place]) ?? items[place]?.token.number;
  if (number === undefined) {
    draft.miss(item);
    return 1;
  }
  const numberItem = items[place]!;
  const factor = FACTORS[items[place + 1]?.token.lower ?? ''];
  const behind = (isPostfix ? place + 3 : place + 1) + (factor === undefined ? 0 : 1);
  const unit = unitAfter(items, behind, draft.windowSeconds !== undefined);
  const isCount = unit === undefined && draft.field === undefined && countsEvents(items, behind);
  const taken = behind - at;
  if (isCount && numberItem.token.sign === undefined) {
    return taken + readCount(items, behind, draft, { ...draft.having, count: countOf(bound, number) }, item);
  }
  const field = unit?.field ?? draft.field ?? AMOUNT;
  // Of nothing said, money is a guess, but where money was spoken of.
  if (unit === undefined && draft.field === undefined && !draft.isAboutMoney && numberItem.token.sign === undefined) {
    draft.guesses += 1;
  }
  const value = number * (factor ?? 1) * (unit?.factor ?? 1);
  const said = [item, numberItem, ...(unit === undefined ? [] : [unit.item])];
  if (bound === 'eq') draft.add('quantity', { op: 'is', field, values: [String(value)] }, said);
  else if (bound !== 'between') draft.add('quantity', { op: 'range', field, [bound]: value }, said);
  draft.field = undefined;
  return taken + (unit === undefined ? 0 : unit.taken);
}

/** Of events, or of different values: "more than 3 ip addresses". Returns how many items say of what. */
function readCount(items: readonly Item[], at: number, draft: Draft, having: Having, item: Item): number {
  const place = skipToCounted(items, at);
  const next = items[place];
  if (items.slice(at, place).some(saysDifferent) && isAboutThings(draft))
    return readDifferent(items, at, draft, having, item);
  // "Created more than 20 accounts" counts what was done to accounts; "from more than 3 addresses" counts addresses.
  const noun = next?.meaning?.kind === 'noun' ? next.meaning.noun : undefined;
  const of = noun?.filter !== undefined && isAboutThings(draft) ? undefined : noun?.per;
  draft.having = of === undefined ? having : { ...having, of };
  draft.say(item, `having count ${JSON.stringify(having.count)}${of === undefined ? '' : ` of ${of}`}`);
  if (of !== undefined) draft.preposition = undefined;
  return of === undefined ? 0 : place - at + 1;
}

/** "Opened more than 20 different orders": the orders are counted, and read by the rules behind. */
function readDifferent(items: readonly Item[], at: number, draft: Draft, having: Having, item: Item): number {
  const place = skipToCounted(items, at);
  const next = items[place];
  const of = (next?.meaning?.kind === 'noun' ? next.meaning.noun.per : undefined) ?? 'targets.id';
  draft.having = { ...having, of };
  draft.say(item, `having count ${JSON.stringify(having.count)} of ${of}`);
  draft.preposition = undefined;
  return place - at;
}

function readBetween(items: readonly Item[], at: number, draft: Draft): number {
  const lower = items[at + 1]?.token.number;
  const upper = items[at + 3]?.token.number;
  if (lower === undefined || upper === undefined || kindOf(items[at + 2]) !== 'join') return 0;
  const unit = unitAfter(items, at + 4);
  const factor = unit?.factor ?? 1;
  const field = unit?.field ?? draft.field ?? AMOUNT;
  const filter = { op: 'range', field, gte: lower * factor, lte: upper * factor } as const;
  draft.add('quantity', filter, [...items.slice(at, at + 4), ...(unit === undefined ? [] : [unit.item])]);
  draft.field = undefined;
  return 4 + (unit?.taken ?? 0);
}

interface Unit {
  readonly field: string;
  readonly factor: number;
  readonly item: Item;
  readonly taken: number;
}

const COUNTABLE = /^(?:rows|records|items|lines|pages|documents|contacts|messages)$/;

/** @param isWindow so many within a stretch of time are things, and no size of one thing */
function unitAfter(items: readonly Item[], at: number, isWindow = false): Unit | undefined {
  const item = items[at];
  if (item?.meaning?.kind === 'unit') return { ...item.meaning, item, taken: 1 };
  if (item === undefined || isWindow || !COUNTABLE.test(item.token.lower)) return undefined;
  return { field: `metadata.${item.token.lower}`, factor: 1, item, taken: 1 };
}

/** Whether what a number stands before are events: `5 failed logins`, `10 attempts`, `3 denied requests`. */
function countsEvents(items: readonly Item[], at: number): boolean {
  const kind = kindOf(items[skipToCounted(items, at)]);
  return kind === 'condition' || kind === 'verb' || kind === 'event' || kind === 'noun';
}

function countOf(bound: Comparison, number: number): Having['count'] {
  return bound === 'between' ? { eq: number } : { [bound]: number };
}
