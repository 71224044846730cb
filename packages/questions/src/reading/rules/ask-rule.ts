import { QUESTION_MAX_LIMIT_EVENTS } from '../../bounds.js';
import type { Ask } from '../../vocabulary/function-words.js';
import { wholeNumberOf } from '../../words/number-words.js';
import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import { kindOf, type Rule, skipStops } from './rule.js';

const TOP_DEFAULT_VALUES = 10;

/** What is wanted: `how many`, `who`, `the last 20`, `top 5`. */
export const askRule: Rule = (items, at, draft) => {
  const item = items[at]!;
  if (item.meaning?.kind !== 'ask') return 0;
  const { ask, per } = item.meaning;
  // "Events where the severity is …" asks for no place.
  if (item.token.lower === 'where' && at > 0) return 1;
  // "The deletions which were done by".
  if (item.token.lower === 'which' && draft.findings.length > 0 && kindOf(items[at - 1]) !== 'preposition') return 1;
  draft.say(item, ask);
  switch (ask) {
    case 'oldest-first':
      draft.order = 'oldest';
      return 1;
    case 'first':
    case 'last':
      return 1 + readEnd(items, at, draft, ask);
    case 'top':
      return 1 + readTop(items, at, draft);
    case 'which':
    case 'count':
      // "How often" counts events, and no thing that comes next.
      draft.isSubjectNext = per === undefined && !/often|times/.test(item.token.lower + item.text.toLowerCase());
      break;
    case 'who':
      if (draft.preposition === 'to' || isPassiveAfter(items, at + 1)) draft.per = 'targets.id';
      break;
  }
  draft.ask(ask);
  draft.per ??= per;
  return 1;
};

/** "last 20 logins" are 20, "the last login" is one; "the last logins" are just logins, newest first. */
function readEnd(items: readonly Item[], at: number, draft: Draft, ask: Ask & ('first' | 'last')): number {
  const number = numberOf(items[at + 1]);
  const next = items[skipStops(items, at + 1)];
  const isPlural = number === undefined && /[^s]s$/.test(next?.text ?? '') && kindOf(next) !== 'condition';
  if (ask === 'first') draft.order = 'oldest';
  if (isPlural && draft.limit === undefined) return 0;
  draft.ask(ask);
  draft.limit = Math.min(number ?? draft.limit ?? 1, QUESTION_MAX_LIMIT_EVENTS);
  return number === undefined ? 0 : 1;
}

function readTop(items: readonly Item[], at: number, draft: Draft): number {
  const number = numberOf(items[at + 1]);
  draft.ask('top');
  draft.limit = Math.min(number ?? draft.limit ?? TOP_DEFAULT_VALUES, QUESTION_MAX_LIMIT_EVENTS);
  // In "who deleted the most files" it is known already what is counted.
  draft.isSubjectNext = draft.per === undefined;
  return number === undefined ? 0 : 1;
}

/** A number in digits or as a word. */
export function numberOf(item: Item | undefined): number | undefined {
  if (item === undefined || item.token.sign !== undefined) return undefined;
  if (item.token.kind === 'number') return item.token.number;
  return item.meaning === undefined ? wholeNumberOf(item.token.lower) : undefined;
}

/** "were created", "has been given": what stands before is what it was done to. */
export function isPassiveAfter(items: readonly Item[], from: number): boolean {
  let isPassive = false;
  for (let at = from; at < items.length; at++) {
    const { meaning, token } = items[at]!;
    if (meaning?.kind === 'auxiliary') isPassive = true;
    else if (meaning?.kind === 'verb') return isPassive && !token.lower.endsWith('ing');
    else if (meaning?.kind === 'preposition' && ['has', 'have', 'had'].includes(meaning.word)) continue;
    else if (meaning?.kind !== 'stop' && meaning?.kind !== 'not') return false;
  }
  return false;
}
