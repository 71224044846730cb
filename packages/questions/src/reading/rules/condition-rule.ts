import { kindOf, type Rule } from './rule.js';

/** Words that are a condition by themselves: `failed`, `critical`, `financial data`, `the internal network`. */
export const conditionRule: Rule = (items, at, draft) => {
  const item = items[at]!;
  if (item.meaning?.kind !== 'condition') return 0;
  const { group, filter, isAdjective } = item.meaning;
  const next = items[at + 1];
  const describesData =
    next?.meaning?.kind === 'condition' && (next.meaning.group === 'data' || next.meaning.group === 'topic');
  if (isAdjective === true && (describesData || kindOf(next) === 'noun')) {
    draft.say(item, '*');
    return 1;
  }
  draft.isSubjectNext &&= group !== 'topic';
  draft.add(group, filter, item);
  return 1;
};
