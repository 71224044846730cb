import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import { numberOf } from './ask-rule.js';
import { kindOf, type Rule } from './rule.js';

const SEVERAL = /^(?:several|multiple|various|different|distinct)$/;
const ANOTHER = /^(?:different|distinct|unique|separate|various)$/;

/** `from several addresses`, `with several failed logins`, `from one address`: numbers that no digit says. */
export const severalRule: Rule = (items, at, draft) => {
  if (numberOf(items[at]) === 1 && draft.having !== undefined) return readOneOf(items, at, draft);
  if (!SEVERAL.test(items[at]!.token.lower) || draft.having !== undefined) return 0;
  const before = itemBefore(items, at);
  if (kindOf(before) !== 'preposition' && kindOf(before) !== 'light') return 0;
  const place = skipToCounted(items, at + 1);
  const next = items[place];
  const of = next?.meaning?.kind === 'noun' ? next.meaning.noun.per : undefined;
  const hasEvents = before?.token.lower === 'with' && ['condition', 'verb', 'event'].includes(kindOf(next) ?? '');
  if (of === undefined && !hasEvents) return 0;
  draft.having = { count: { gt: 1 }, ...(of === undefined ? {} : { of }) };
  draft.say(
    items.slice(at, place + (of === undefined ? 0 : 1)),
    `having count {"gt":1}${of === undefined ? '' : ` of ${of}`}`,
  );
  draft.preposition = undefined;
  return of === undefined ? place - at : place - at + 1;
};

/** "Five denied requests from one address" are counted apart for each. */
function readOneOf(items: readonly Item[], at: number, draft: Draft): number {
  const next = items[at + 1];
  const per = next?.meaning?.kind === 'noun' ? next.meaning.noun.per : undefined;
  if (per === undefined || draft.having === undefined || draft.having.of === per) return 0;
  draft.having = { ...draft.having, per };
  draft.say(items.slice(at, at + 2), `per ${per}`);
  draft.settle();
  return 2;
}

/** The first place from `at` on that says what is counted: "5 different addresses", "more than 3 of the users". */
export function skipToCounted(items: readonly Item[], at: number): number {
  let place = at;
  while (kindOf(items[place]) === 'stop' || saysDifferent(items[place])) place++;
  return place;
}

export function saysDifferent(item: Item | undefined): boolean {
  return ANOTHER.test(item?.token.lower ?? '');
}

function itemBefore(items: readonly Item[], at: number): Item | undefined {
  let place = at - 1;
  while (kindOf(items[place]) === 'stop') place--;
  return items[place];
}
