import type { Filter } from '@attestlog/event';
import type { Noun } from '../../vocabulary/nouns.js';
import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import { targetNamed } from '../party.js';
import { isPassiveAfter } from './ask-rule.js';
import { nameBehind, namedBefore, readNamed } from './named-thing.js';
import { isAboutThings } from './party-role.js';
import { kindOf, type Rule, skipStops } from './rule.js';

/** Things and parties: `order 4711`, `the WMS module`, `which users`, `by admins`, `deleted invoices`. */
export const nounRule: Rule = (items, at, draft) => {
  const before = namedBefore(items, at, draft);
  if (before > 0) return before;
  const item = items[at]!;
  if (item.meaning?.kind !== 'noun') return 0;
  const { noun, isPlural } = item.meaning;
  if (noun.isMoney === true) draft.isAboutMoney = true;
  const name = isPlural && !noun.isPerson ? undefined : nameBehind(items, at + 1, noun, isPlural);
  if (name !== undefined) return 1 + readNamed(items, at, draft, noun, name);
  readUnnamed(items, at, draft, noun, isPlural);
  return 1;
};

/** "Salary records" are salaries. */
const GENERIC: ReadonlySet<string> = new Set(['record', 'item', 'page', 'view']);

function readUnnamed(items: readonly Item[], at: number, draft: Draft, noun: Noun, isPlural: boolean): void {
  const item = items[at]!;
  if (kindOf(items[at - 1]) === 'noun' && GENERIC.has(noun.name)) {
    draft.say(item, '*');
    return;
  }
  if (kindOf(items[at - 1]) === 'same' && noun.per !== undefined) {
    setHavingPer(draft, noun.per, item);
    return;
  }
  if (isGrouping(items, at, draft, noun, isPlural)) {
    draft.per = noun.per ?? 'targets.id';
    draft.say(item, `per ${draft.per}`);
    draft.settle();
    return;
  }
  if (draft.isSubjectNext) {
    readSubject(items, at, draft, noun);
    return;
  }
  if (noun.isPerson === true && !isCounted(items, at, draft) && isActorHere(items, at, draft, noun)) {
    draft.subjectPer ??= noun.per;
    // "The users that logged out" are wanted, not the events.
    if (/^(?:that|which|who)$/.test(items[at + 1]?.token.lower ?? '')) draft.per ??= noun.per;
    if (noun.actorTypes === undefined || noun.type === 'user') draft.say(item, '*');
    else draft.add('actor', noun.actorTypes, item);
    return;
  }
  if (isFieldSubject(items, at, draft, noun, isPlural)) {
    draft.subjectPer ??= noun.per;
    draft.say(item, '*');
    return;
  }
  if (noun.filter !== undefined) draft.add('noun', noun.filter, item, { noun: noun.name });
  else if (noun.actorTypes !== undefined) addParties(draft, item, noun.actorTypes, isPlural);
  else draft.say(item, '*');
}

/** "Sessions with …", "addresses that …": what events have, and no thing that is acted on. */
function isFieldSubject(items: readonly Item[], at: number, draft: Draft, noun: Noun, isPlural: boolean): boolean {
  if (noun.fields === undefined || noun.per === undefined || !isPlural || draft.findings.length > 0) return false;
  return /^(?:with|that|which|having|from)$/.test(items[at + 1]?.token.lower ?? '');
}

/** "Created admins", "the password of admin": those who are acted on. */
function addParties(draft: Draft, item: Item, types: Filter, isPlural: boolean): void {
  if (!isAboutThings(draft)) draft.add('actor', types, item);
  else if (!isPlural) draft.add('target', targetNamed(item.text, 'word', draft.canAsk), item);
  else if (types.op === 'is') draft.add('target', { ...types, field: 'targets.type' }, item);
}

function setHavingPer(draft: Draft, per: string, item: Item): void {
  draft.having = { count: draft.having?.count ?? { gt: 1 }, ...draft.having, per };
  draft.say(item, `per ${per}`);
  draft.settle();
}

/** `per user`, `by service`. */
function isGrouping(items: readonly Item[], at: number, draft: Draft, noun: Noun, isPlural: boolean): boolean {
  if (draft.preposition === 'per' || kindOf(items[at - 1]) === 'each') return true;
  return draft.preposition === 'by' && !isPlural && noun.per !== undefined && noun.actorTypes === undefined;
}

/** `which users logged in` asks who did it, `which users were locked` whom it was done to. */
function readSubject(items: readonly Item[], at: number, draft: Draft, noun: Noun): void {
  const item = items[at]!;
  draft.isSubjectNext = false;
  // Keys act as well, but whoever asks which ones asks for what was done to them.
  const isThingToo = noun.type === 'api_key';
  const isDoer =
    noun.isPerson === true && !isThingToo && !isPassiveAfter(items, at + 1) && !isObjectOfNamed(items, at + 1);
  const per = isDoer || !noun.isPerson ? (noun.per ?? 'targets.id') : 'targets.id';
  const isCountOfThings = draft.intent === 'count' && !isDoer && noun.filter !== undefined;
  if (!isCountOfThings) draft.per = per;
  if (isDoer && noun.actorTypes !== undefined && noun.type !== 'user') draft.add('actor', noun.actorTypes, item);
  else if (!isDoer && noun.filter !== undefined) draft.add('noun', noun.filter, item, { noun: noun.name });
  else draft.say(item, `per ${per}`);
}

/** "Which users did bob delete": another one did it. */
function isObjectOfNamed(items: readonly Item[], at: number): boolean {
  const { meaning, token } = items[at] ?? {};
  return meaning?.kind === 'light' && /^(?:did|does|do)$/.test(token?.lower ?? '');
}

/** "Created more than 20 accounts": the things of a number are no actors. */
function isCounted(items: readonly Item[], at: number, draft: Draft): boolean {
  return items[at - 1]?.token.number !== undefined && isAboutThings(draft);
}

/** Whether a party that is not named is the one who acted: `by admins`, `users with more than 5 …`, `users who …`. */
function isActorHere(items: readonly Item[], at: number, draft: Draft, noun: Noun): boolean {
  if (draft.preposition === 'by' || draft.isNegated) return true;
  const next = items[at + 1];
  const isHaving =
    next?.meaning?.kind === 'preposition' && ['with', 'having', 'has', 'have', 'had'].includes(next.meaning.word);
  const isFirst = draft.findings.length === 0 && draft.verbs.length === 0;
  if (isFirst && isHaving && noun.per !== undefined) {
    draft.per = noun.per;
    draft.ask('which');
    return true;
  }
  if (draft.hasVerb('create', 'delete', 'disable', 'enable', 'lock', 'unlock', 'invite', 'suspend')) return false;
  return isFirst ? !isPassiveAfter(items, at + 1) && isActiveAfter(items, at + 1) : isOfActor(draft);
}

/** "users who deleted", "admins that failed". */
function isActiveAfter(items: readonly Item[], at: number): boolean {
  let place = skipStops(items, at);
  if (/^(?:have|has|had)$/.test(items[place]?.token.lower ?? '')) place = skipStops(items, place + 1);
  const kind = kindOf(items[place]);
  const isVerb = kind === 'verb' || kind === 'light' || kind === 'condition';
  return isVerb || (kind === 'ask' && items[place]!.token.lower === 'who' && !isPassiveAfter(items, place + 1));
}

function isOfActor(draft: Draft): boolean {
  const isBetween = draft.preposition === 'of' || draft.preposition === 'from' || draft.preposition === 'for';
  return isBetween && !isAboutThings(draft);
}
