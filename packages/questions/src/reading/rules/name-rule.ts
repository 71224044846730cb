import { anyOf, type Filter, parseFilter } from '@attestlog/event';
import { isCountry } from '../../vocabulary/countries.js';
import { filterOf } from '../../vocabulary/filter-text.js';
import { singularOf } from '../../vocabulary/inflections.js';
import { unsupported } from '../clarify.js';
import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import { actorNamed, fieldsNamed, type NameKind, onBehalfOfNamed, pathNamed, targetNamed } from '../party.js';
import { isActing, isDoneTo, nameAt, type Role, roleOfParty } from './party-role.js';
import { isUnknownWord, kindOf, type Rule } from './rule.js';

/** `eu-west-1`, `us-gov-east-1`, `europe-west4`. */
const REGION = /^[a-z]{2,12}-(?:gov-)?(?:north|south|east|west|central){1,2}-?\d{1,2}[a-z]?$/;
const USER_AGENTS =
  /^(?:curl|wget|postman|python|chrome|firefox|safari|edge|powershell|terraform|kubectl|okhttp|java)$/;

/** What is named without saying what it is: addresses, ids, e-mail addresses, names, texts in quotes. */
export const nameRule: Rule = (items, at, draft) => {
  const item = items[at]!;
  const { token } = item;
  switch (token.kind) {
    case 'filter': {
      const { filter } = parseFilter(token.text);
      if (filter !== undefined) draft.add('field', filter, item);
      return 1;
    }
    case 'network':
      if (draft.preposition === 'outside') draft.isNegated = !draft.isNegated;
      draft.add('network', { op: 'network', field: 'source.ip', networks: [token.text] }, item);
      return 1;
    case 'path':
      draft.add('target', pathNamed(token.text), item);
      return 1;
    case 'quoted':
      return readQuoted(items, at, draft);
    case 'email':
      addParty(draft, item, token.text, 'email', roleOfParty(items, at, at, draft));
      return 1;
    case 'id':
      return readId(items, at, draft);
    case 'word':
      return isUnknownWord(item) ? readWord(items, at, draft) : 0;
    default:
      return 0;
  }
};

function addParty(draft: Draft, items: Item | readonly Item[], text: string, kind: NameKind, role: Role): void {
  draft.isSubjectNext = false;
  if (draft.preposition === 'on-behalf-of') draft.add('actor', onBehalfOfNamed(text, kind, draft.canAsk), items);
  else if (role === 'actor') draft.add('actor', actorNamed(text, kind, draft.canAsk), items);
  else draft.add('target', targetNamed(text, kind, draft.canAsk), items);
}

function readQuoted(items: readonly Item[], at: number, draft: Draft): number {
  const item = items[at]!;
  const { text } = item.token;
  const { preposition } = draft;
  if (preposition === 'because') {
    draft.add('field', { op: 'is', field: 'reason', values: [text] }, item);
  } else if (preposition === 'by' || preposition === 'on-behalf-of') {
    addParty(draft, item, text, text.includes(' ') ? 'full-name' : 'word', 'actor');
  } else addWords(draft, item, text);
  return 1;
}

function addWords(draft: Draft, item: Item, text: string): void {
  const { filter } = parseFilter(`"${text.replace(/["\\]/g, ' ')}"`);
  if (filter === undefined) draft.miss(item);
  else draft.add('text', filter, item);
}

function readId(items: readonly Item[], at: number, draft: Draft): number {
  const item = items[at]!;
  const { text, lower } = item.token;
  const { preposition } = draft;
  if (preposition === 'because') draft.add('field', { op: 'is', field: 'reason', values: [text] }, item);
  else if (preposition === 'containing') addWords(draft, item, text);
  else if (REGION.test(lower)) draft.add('field', { op: 'is', field: 'source.region', values: [text] }, item);
  else if (preposition === 'in' || preposition === 'inside')
    draft.add('field', fieldsNamed(['source.service'], text), item);
  else addParty(draft, item, text, 'id', roleOfParty(items, at, at, draft));
  return 1;
}

/** A word that no table has: a name where names stand, a thing behind a verb; elsewhere it is not understood. */
function readWord(items: readonly Item[], at: number, draft: Draft): number {
  const item = items[at]!;
  const { text, lower } = item.token;
  const next = items[at + 1];
  if (next?.meaning?.kind === 'noun' && (next.meaning.noun.isPerson || next.meaning.noun.fields)) {
    // "By support agents": they are still by whom.
    const { preposition } = draft;
    draft.miss(item);
    draft.preposition = preposition;
    return 1;
  }
  if (isAdjective(items, at, draft)) {
    const { preposition } = draft;
    draft.miss(item);
    draft.preposition = preposition;
    return 1;
  }
  switch (draft.preposition) {
    case 'because':
      draft.add('field', { op: 'is', field: 'reason', values: [text] }, item);
      return 1;
    case 'containing':
    case 'about':
      addWords(draft, item, text);
      return 1;
    case 'in':
    case 'inside':
      if (isCountry(text)) {
        draft.clarifications.push(unsupported('places', item));
        return missed(item, draft);
      }
      draft.add('field', fieldsNamed(['source.service', 'category'], text), item);
      draft.guesses += 1;
      return 1;
    case 'without':
      return missed(item, draft);
  }
  if (
    (draft.preposition === 'with' || draft.preposition === 'using' || draft.preposition === 'via') &&
    USER_AGENTS.test(lower)
  ) {
    draft.add('field', { op: 'like', field: 'source.user_agent', parts: ['', lower, ''] }, item);
    return 1;
  }
  if (isNamePlace(items, at, draft)) {
    const name = nameAt(items, at)!;
    if (isCountry(name.text)) {
      draft.clarifications.push(unsupported('places', item));
      return missed(item, draft);
    }
    addParty(
      draft,
      items.slice(at, at + name.taken),
      name.text,
      name.kind,
      roleOfParty(items, at, at + name.taken - 1, draft),
    );
    return name.taken;
  }
  return readThing(items, at, draft) ? 1 : missed(item, draft);
}

function missed(item: Item, draft: Draft): number {
  draft.miss(item);
  return 1;
}

/** "Changes to retention policies": a word of which only the noun behind it is understood. */
function isAdjective(items: readonly Item[], at: number, draft: Draft): boolean {
  const { preposition } = draft;
  if (kindOf(items[at + 1]) !== 'noun' || items[at]!.token.isPossessive === true) return false;
  return preposition !== undefined && ['to', 'of', 'for', 'from', 'with', 'in', 'inside'].includes(preposition);
}

/** Whether a name can stand here: behind a preposition of parties, `not`, `or` and a party, or before a verb. */
function isNamePlace(items: readonly Item[], at: number, draft: Draft): boolean {
  const { preposition } = draft;
  const isPlace = preposition !== undefined && !['has', 'have', 'had'].includes(preposition);
  if (isPlace) return ['by', 'from', 'of', 'for', 'to', 'with', 'on-behalf-of'].includes(preposition);
  const group = draft.lastGroup();
  if (draft.isJoined && (group === 'actor' || group === 'target')) return true;
  if (draft.isNegated) return true;
  const name = nameAt(items, at)!;
  if (isDoneTo(items, at, at + name.taken - 1) || isDenied(items, at + name.taken)) return true;
  if (isActing(items, at + name.taken - 1) || items[at]!.token.isPossessive === true) return true;
  const before = items[at - 1]?.meaning;
  // "Logged in as root".
  const behind = items[beforeStops(items, at)]?.meaning;
  if (behind?.kind === 'verb' && behind.verb.isOfActor === true) return true;
  return before?.kind === 'light' || (before?.kind === 'verb' && /^\p{Lu}/u.test(items[at]!.text));
}

/** "Has alice been denied". */
function isDenied(items: readonly Item[], from: number): boolean {
  return kindOf(items[from]) === 'auxiliary' && kindOf(items[from + 1]) === 'condition';
}

function beforeStops(items: readonly Item[], at: number): number {
  let before = at - 1;
  while (kindOf(items[before]) === 'stop') before--;
  return before;
}

/** `deleted widgets`: events about things that are called so. */
function readThing(items: readonly Item[], at: number, draft: Draft): boolean {
  const before = beforeStops(items, at);
  const { lower } = items[at]!.token;
  const behind = items[at + 1]?.meaning;
  // "Widget deletions" are of widgets; "ssh logins" are not of ssh.
  const isObject = behind?.kind === 'verb' && behind.verb.isOfActor !== true;
  const isAction = kindOf(items[before]) === 'verb' || isObject || draft.isSubjectNext;
  if (!isAction || !/^[a-z]{3,}$/.test(lower)) return false;
  const singular = singularOf(lower);
  const filter: Filter = anyOf(filterOf(`target.type:"${singular}"`), filterOf(`action:${singular}.*`));
  draft.guesses += 1;
  if (draft.isSubjectNext && draft.intent !== 'count') draft.per = 'targets.id';
  draft.isSubjectNext = false;
  draft.add('noun', filter, items[at]!, { noun: singular });
  return true;
}
