import type { Draft } from '../draft.js';
import type { Item } from '../item.js';
import type { NameKind } from '../party.js';
import { isNameLike, isUnknownWord, kindOf } from './rule.js';

/** Who acted and who was acted on, by the words around a name. */

const PAST = /(?:ed|ran|gave|sent|saw|withdrew|took|did|logged|signed|turned|switched|reset|set)$/;
const NAME_MAX_WORDS = 3;

export type Role = 'actor' | 'target';

/**
 * Whether a party acted or was acted on, by the words around it.
 *
 * @param at where it begins, with the noun in front of its name
 * @param last where it ends
 */
export function roleOfParty(items: readonly Item[], at: number, last: number, draft: Draft): Role {
  const group = draft.lastGroup();
  if (draft.isJoined && (group === 'actor' || group === 'target')) return group;
  switch (draft.preposition) {
    case 'by':
    case 'from':
      return 'actor';
    case 'to':
    case 'with':
    case 'on':
    case 'in':
    case 'into':
      return 'target';
    case 'of':
    case 'for':
      return isAboutThings(draft) ? 'target' : 'actor';
  }
  const before = kindOf(items[at - 1]);
  if (isDoneTo(items, at, last)) return 'target';
  if (draft.isNegated) return group === 'target' ? 'target' : 'actor';
  if (before === 'verb') return roleBehind(draft);
  if (before === 'noun') return isActing(items, last) ? 'actor' : roleBehind(draft);
  if (isActing(items, last) || before === 'light') return 'actor';
  return roleBehind(draft);
}

/** Behind what was done stands to whom; with nothing done, or only a login, it is who did it. */
function roleBehind(draft: Draft): Role {
  return isAboutThings(draft) ? 'target' : 'actor';
}

export function isAboutThings(draft: Draft): boolean {
  const isOther = draft.verbs.some(({ isOfActor }) => isOfActor !== true);
  return isOther || draft.findings.some(({ group }) => group === 'noun');
}

/** "Was bob locked", "has bob been removed": by whom is not said. */
export function isDoneTo(items: readonly Item[], at: number, last: number): boolean {
  const isBehind = kindOf(items[last + 1]) === 'auxiliary';
  const isBefore = kindOf(items[at - 1]) === 'auxiliary';
  const verb = items[isBehind ? last + 2 : last + 1]?.meaning;
  return (isBehind || isBefore) && verb?.kind === 'verb' && verb.verb.isOfActor !== true;
}

/** "bob logged in", "user-12 disable", "jane did": a verb that is not passive comes next. */
export function isActing(items: readonly Item[], last: number): boolean {
  let place = last + 1;
  // "Bob and alice did".
  if (kindOf(items[place]) === 'join' && (isUnknownWord(items[place + 1]) || isNameLike(items[place + 1]))) place += 2;
  while (kindOf(items[place]) === 'stop' || kindOf(items[place]) === 'ask' || kindOf(items[place]) === 'not') place++;
  const kind = kindOf(items[place]);
  if (kind === 'preposition') return ['has', 'have', 'had'].includes(items[place]!.token.lower);
  // "ssh logins", "GDPR erasure": nouns of actions do not act.
  return kind === 'light' || (kind === 'verb' && PAST.test(items[place]!.token.lower));
}

/** A single word, or a name of two or three: unknown words in a row that are written alike. */
export function nameAt(
  items: readonly Item[],
  at: number,
): { text: string; kind: NameKind; taken: number } | undefined {
  const item = items[at];
  if (item === undefined) return undefined;
  if (isNameLike(item)) return { text: item.token.text, kind: item.token.kind === 'email' ? 'email' : 'id', taken: 1 };
  const isCapital = (word: Item) => /^\p{Lu}/u.test(word.token.text);
  let taken = 1;
  for (; taken < NAME_MAX_WORDS; taken++) {
    const next = items[at + taken];
    const isAdjacent = next !== undefined && next.offset - items[at + taken - 1]!.end <= 1;
    // "tim promoted" is no name.
    const isVerbLike = !isCapital(item) && /(?:ed|ing)$/.test(next?.token.lower ?? '');
    if (!isAdjacent || !isUnknownWord(next) || isVerbLike || isCapital(item) !== isCapital(next)) break;
  }
  if (taken === 1 || item.token.isPossessive === true) return { text: item.token.text, kind: 'word', taken: 1 };
  const words = items.slice(at, at + taken).map(({ token }) => token.text);
  return { text: words.join(' '), kind: 'full-name', taken };
}
