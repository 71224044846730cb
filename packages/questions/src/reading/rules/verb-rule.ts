import type { Item } from '../item.js';
import { kindOf, type Rule } from './rule.js';

/** What was done. */
export const verbRule: Rule = (items, at, draft) => {
  const item = items[at]!;
  if (item.meaning?.kind === 'light') {
    // "had the most", "made by": the preposition in front has nothing to do with what follows.
    draft.preposition = undefined;
    draft.say(item, '*');
    return 1;
  }
  if (item.meaning?.kind !== 'verb') return 0;
  const { verb } = item.meaning;
  if (isOrderToShow(items, at)) {
    draft.say(item, 'list');
    return 1;
  }
  // "Granted bob access": the access is what was granted.
  if (item.token.lower === 'access' && draft.hasVerb('grant', 'revoke')) {
    draft.say(item, '*');
    return 1;
  }
  if (draft.verbs.includes(verb) && !draft.isNegated) {
    draft.say(item, '*');
    draft.preposition = undefined;
    return 1;
  }
  draft.verbs.push(verb);
  draft.isSubjectNext = false;
  // "Not approved by maria" is approved by somebody else: what did not happen is in no log.
  const next = items[at + 1]?.meaning;
  const isNot = draft.isNegated && /^(?:not|wasn|weren|didn)/.test(items[at - 1]?.token.lower ?? '');
  const isNotBy = isNot && next?.kind === 'preposition' && next.word === 'by';
  if (isNotBy) draft.isNegated = false;
  draft.add('verb', verb.filter, item);
  draft.isNegated = isNotBy;
  return 1;
};

/** "View all logins" asks to see them, not for views. */
function isOrderToShow(items: readonly Item[], at: number): boolean {
  const { meaning, token } = items[at]!;
  if (
    meaning?.kind !== 'verb' ||
    meaning.verb.isReading !== true ||
    !/^(?:view|see|read|open|inspect)$/.test(token.lower)
  ) {
    return false;
  }
  const before = items.slice(0, at).map(kindOf);
  return before.every((kind) => kind === 'stop' || kind === 'me');
}
