import { anyOf, checkFilter, type Filter, type Severity, severities } from '@attestlog/event';
import type { Noun } from '../../vocabulary/nouns.js';
import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import { actorNamed, fieldsNamed, type NameKind, targetNamed } from '../party.js';
import { nameAt, roleOfParty } from './party-role.js';
import { isNameLike, isUnknownWord, kindOf, type Rule, skipStops } from './rule.js';

/** Things that are said with their names: `order 4711`, `the WMS module`, `severity warning or higher`. */

/** `the WMS module`, `the admin role`. */
export function namedBefore(items: readonly Item[], at: number, draft: Draft): number {
  const next = items[at + 1];
  if (next?.meaning?.kind !== 'noun' || next.meaning.noun.isNamedBefore !== true || next.meaning.isPlural) return 0;
  const item = items[at]!;
  const isName = isNameLike(item) || isUnknownWord(item) || kindOf(item) === 'noun' || kindOf(item) === 'condition';
  if (!isName || isNameLike(items[at + 2])) return 0;
  addNamed(draft, next.meaning.noun, [item, next], item.token.text, item.token.kind === 'word' ? 'word' : 'id');
  return 2;
}

interface Name {
  readonly place: number;
  readonly text: string;
  readonly kind: NameKind;
  readonly taken: number;
}

export function nameBehind(items: readonly Item[], from: number, noun: Noun, isPlural: boolean): Name | undefined {
  const place = skipEqualsAndStops(items, from);
  const item = items[place];
  if (item === undefined) return undefined;
  if (isNameLike(item) || item.token.kind === 'path' || item.token.kind === 'network') {
    // "5 orders 3 days" is no name; "users 42" is none either.
    if (item.token.kind === 'number' && isPlural) return undefined;
    return { place, text: item.token.text, kind: nameKindOf(item), taken: place - from + 1 };
  }
  // "The user admin".
  const isRole = item.meaning?.kind === 'noun' && item.meaning.noun.actorTypes !== undefined && !item.meaning.isPlural;
  if (noun.name === 'user' && !isPlural && isRole)
    return { place, text: item.token.text, kind: 'word', taken: place - from + 1 };
  const isVerbLike = noun.fields === undefined && /(?:ed|ing)$/.test(item.token.lower);
  const isWord = isUnknownWord(item) && !isVerbLike;
  const isNamedByAny = noun.isNamedByWord === true && (noun.fields !== undefined || noun.isNamedBefore === true);
  if (!isPlural && isNamedByAny && item.meaning !== undefined) {
    return isValueOf(noun, item) ? { place, text: item.token.text, kind: 'word', taken: place - from + 1 } : undefined;
  }
  if (!isWord || noun.isNamedByWord !== true || isPlural) return undefined;
  const name = nameAt(items, place);
  return name === undefined ? undefined : { ...name, place, taken: place - from + name.taken };
}

/** Fields whose values are words of the vocabulary: `outcome denied`, `operation delete`. */
const WORD_FIELDS: ReadonlySet<string> = new Set(['operation', 'outcome', 'category', 'severity', 'class', 'reason']);

/** `module billing` and `role owner` are named; in `service restarts` and `role changes` nothing is. */
function isValueOf(noun: Noun, item: Item): boolean {
  const kind = kindOf(item);
  if (kind === 'condition' || kind === 'verb') return WORD_FIELDS.has(noun.name);
  return kind === 'noun' || (kind === 'property' && noun.name === 'role');
}

function nameKindOf({ token }: Item): NameKind {
  if (token.kind === 'email') return 'email';
  if (token.kind !== 'quoted') return 'id';
  return token.text.includes(' ') ? 'full-name' : 'word';
}

function skipEqualsAndStops(items: readonly Item[], from: number): number {
  const place = skipStops(items, from);
  return items[place]?.token.text === '=' ? place + 1 : place;
}

export function readNamed(items: readonly Item[], at: number, draft: Draft, noun: Noun, name: Name): number {
  const item = items[at]!;
  const named = items[name.place]!;
  const said = [item, named];
  if (noun.name === 'severity') return readSeverity(items, at, draft, name);
  if (noun.fields === undefined && (noun.actorTypes !== undefined || draft.preposition === 'by')) {
    const role = roleOfParty(items, at, at + name.taken, draft);
    if (role === 'actor' || noun.type === undefined) {
      draft.add('actor', actorNamed(name.text, name.kind, draft.canAsk), said);
      draft.isSubjectNext = false;
      return name.taken;
    }
  }
  if (named.token.kind === 'path') return 0;
  addNamed(draft, noun, said, name.text, name.kind);
  return name.taken;
}

function addNamed(draft: Draft, noun: Noun, said: readonly Item[], text: string, kind: NameKind): void {
  draft.isSubjectNext = false;
  draft.lastNamed = noun;
  if (noun.fields !== undefined) {
    const filter: Filter =
      noun.isNamedByWord && noun.name !== 'reason'
        ? fieldsNamed(noun.fields, text)
        : anyOf(...noun.fields.map((field): Filter => ({ op: 'is', field, values: [text] })));
    const checked = checkFilter(filter);
    if (checked.filter === undefined) draft.miss(said.at(-1)!);
    else draft.add('field', checked.filter, said);
    return;
  }
  const type = noun.type ?? noun.name.replaceAll(' ', '_');
  const target = targetNamed(text, kind, draft.canAsk);
  const typed: Filter = { op: 'is', field: 'targets.type', values: [type] };
  const parts = target.op === 'and' ? target.filters : [target];
  draft.add('target', { op: 'and', filters: [typed, ...parts] }, said);
}

/** `severity warning or higher`, `severity at least error`. */
function readSeverity(items: readonly Item[], at: number, draft: Draft, name: Name): number {
  const behind = items.slice(at + 1 + name.taken, at + 4 + name.taken).map(({ token }) => token.lower);
  const isUpwards = behind[0] === 'or' && /^(?:higher|above|worse|more|greater|up)$/.test(behind[1] ?? '');
  const reading = checkFilter({ op: 'is', field: 'severity', values: [name.text] });
  if (reading.filter?.op !== 'is') {
    draft.miss(items[name.place]!);
    return name.taken;
  }
  const { values } = reading.filter;
  const least = severities.indexOf(values[0] as Severity);
  const filter: Filter = isUpwards ? { ...reading.filter, values: severities.slice(least) } : reading.filter;
  const taken = name.taken + (isUpwards ? 2 : 0);
  draft.add('severity', filter, items.slice(at, at + 1 + taken));
  return taken;
}

/** `host db-1 or db-2`, `orders 55 and 56`: another of the same. */
export const anotherRule: Rule = (items, at, draft) => {
  const item = items[at]!;
  const noun = draft.lastNamed;
  const group = draft.lastGroup();
  if (!draft.isJoined || noun === undefined || !isNameLike(item) || item.token.kind === 'email') return 0;
  if (group !== (noun.fields === undefined ? 'target' : 'field')) return 0;
  addNamed(draft, noun, [item], item.token.text, nameKindOf(item));
  return 1;
};
