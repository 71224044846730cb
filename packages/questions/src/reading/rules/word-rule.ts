import { QUESTION_MAX_LIMIT_EVENTS } from '../../bounds.js';
import { unsupported } from '../clarify.js';
import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import { actorNamed } from '../party.js';
import { numberOf } from './ask-rule.js';
import { kindOf, type Rule, skipStops } from './rule.js';

/** Words that say how the others belong together. */
export const wordRule =
  (me: string | undefined): Rule =>
  (items, at, draft) => {
    const item = items[at]!;
    const { meaning } = item;
    switch (meaning?.kind) {
      case 'preposition':
        return readPreposition(items, at, draft, meaning.word);
      case 'not':
        draft.isNegated = !draft.isNegated;
        draft.say(item, 'not');
        return 1;
      case 'join':
        draft.isJoined = true;
        return 1;
      case 'me':
        return readMe(items, at, draft, me);
      case 'unsupported':
        draft.clarifications.push(unsupported(meaning.because, item));
        draft.miss(item);
        return 1;
      case 'pronoun':
        draft.clarifications.push(personUnknown(item));
        draft.miss(item);
        return 1;
      case 'bucket':
        return readBucket(draft, item, meaning.per);
      case 'event':
        return readEvent(draft, item);
      case 'auxiliary':
      case 'unit':
      case 'same':
      case 'each':
        return 1;
      case 'stop':
        // "Has anybody downloaded more than 50" asks who it was.
        if (/^(?:any|some)(?:one|body)$/.test(item.token.lower)) draft.subjectPer ??= 'actor.id';
        return 1;
      case undefined:
        return readLoose(items, at, draft);
      default:
        return 0;
    }
  };

function readPreposition(items: readonly Item[], at: number, draft: Draft, word: string): number {
  const item = items[at]!;
  const next = items[skipStops(items, at + 1)];
  if (word === 'after' || word === 'before') {
    // Times are read already: what is behind these words is another event.
    draft.clarifications.push(unsupported('sequence', item));
    draft.miss(item);
    return 1;
  }
  if (word === 'without') {
    if (kindOf(next) === 'condition' || kindOf(next) === 'noun') {
      draft.isNegated = true;
      draft.say(item, 'not');
    } else draft.clarifications.push(unsupported('absence', item));
    draft.preposition = word;
    return 1;
  }
  // In front of a network the address itself is turned round, as `not outside` is inside.
  if (word === 'outside' && next !== undefined && next.token.kind !== 'network') draft.isNegated = true;
  const changed = word === 'from' ? readChange(items, at, draft) : word === 'to' ? readChangeTo(items, at, draft) : 0;
  if (changed > 0) return changed;
  draft.preposition = word;
  return 1;
}

/** `the status … from open to closed`. */
function readChange(items: readonly Item[], at: number, draft: Draft): number {
  const [, before, to, after] = items.slice(at, at + 4);
  if (draft.property === undefined || before === undefined || after === undefined) return 0;
  if (to?.meaning?.kind !== 'preposition' || to.meaning.word !== 'to') return 0;
  const { name } = draft.property;
  const said = items.slice(at, at + 4);
  draft.add(
    'change',
    {
      op: 'and',
      filters: [
        { op: 'is', field: `changes.before.${name}`, values: [before.token.text] },
        { op: 'is', field: `changes.after.${name}`, values: [after.token.text] },
      ],
    },
    said,
  );
  return 4;
}

/** `changed the status of order 4711 to shipped`. */
function readChangeTo(items: readonly Item[], at: number, draft: Draft): number {
  const after = items[at + 1];
  const isValue =
    after !== undefined && (after.meaning === undefined || kindOf(after) === 'condition' || kindOf(after) === 'verb');
  if (draft.property === undefined || !isValue) return 0;
  const field = `changes.after.${draft.property.name}`;
  draft.add('change', { op: 'is', field, values: [after.token.text] }, items.slice(at, at + 2));
  draft.property = undefined;
  return 2;
}

function readMe(items: readonly Item[], at: number, draft: Draft, me: string | undefined): number {
  const item = items[at]!;
  // "Show me", "I want to know": not about whoever asks.
  const before = kindOf(items[at - 1]);
  if (item.token.lower === 'me' && draft.preposition === undefined) return 1;
  if (item.token.lower === 'i' && before !== 'light' && kindOf(items[at + 1]) === 'stop') return 1;
  if (me === undefined) {
    draft.clarifications.push({
      code: 'asker-unknown',
      question: `Who is “${item.text}”? Say it with an id or an e-mail address.`,
      choices: [],
    });
    draft.miss(item);
    return 1;
  }
  draft.add('actor', actorNamed(me, 'id', draft.canAsk), item);
  return 1;
}

function personUnknown(item: Item) {
  return {
    code: 'person-unknown',
    question: `Who is meant by “${item.text}”? Say it with an id, a name or an e-mail address.`,
    choices: [],
  } as const;
}

/** "Top actions", "events per action" ask for the actions; elsewhere every event is one. */
function readEvent(draft: Draft, item: Item): number {
  const isOfActions = /^(?:action|operation)/.test(item.token.lower) || draft.intent === 'top';
  const isGrouped = draft.isSubjectNext && draft.intent !== 'count';
  if (isOfActions && (isGrouped || draft.preposition === 'per')) draft.per = 'action';
  draft.say(item, draft.per === 'action' ? 'per action' : '*');
  draft.isSubjectNext = false;
  return 1;
}

/** `logins per day`. */
function readBucket(draft: Draft, item: Item, per: string): number {
  if (draft.preposition === 'per' || draft.preposition === 'by') {
    draft.per = per;
    draft.say(item, `per ${per}`);
    draft.settle();
  } else draft.miss(item);
  return 1;
}

/** A number that nothing has taken says how many events are wanted: "give me 25 denied events". */
function readLoose(items: readonly Item[], at: number, draft: Draft): number {
  const item = items[at]!;
  const number = numberOf(item);
  if (item.token.kind === 'mark' || item.token.kind === 'sign') {
    if (item.token.kind === 'mark') draft.isJoined ||= isList(items, at);
    return 1;
  }
  const isFirst = draft.findings.length === 0 && draft.limit === undefined;
  if (number === undefined || number < 1 || !isFirst || !Number.isInteger(number)) {
    draft.miss(item);
    return 1;
  }
  draft.limit = Math.min(number, QUESTION_MAX_LIMIT_EVENTS);
  draft.say(item, `at most ${draft.limit}`);
  return 1;
}

/** `a, b or c`: the comma is one of a list where an `or` follows soon. */
function isList(items: readonly Item[], at: number): boolean {
  return items.slice(at + 1, at + 5).some((item) => kindOf(item) === 'join');
}
