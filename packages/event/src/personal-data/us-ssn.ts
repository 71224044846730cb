import { isNearest, otherNumberWords, ssnWords, wordsBefore } from './context-words.js';
import { type DigitGroups, isGlued, mayEndAt } from './digit-groups.js';
import type { End } from './finding.js';

/**
 * A social security number of the United States: `AAA-GG-SSSS`, or with spaces or in one piece where a word says so.
 * Numbers that are never assigned are none: area 000, 666 and 900 to 999, group 00, serial 0000 (SSA, POMS RM
 * 10201.035). There is no check digit: any other number of this form counts, unless a word says what else it is.
 */
export function ssnEnd(text: string, start: number, groups: DigitGroups, label: string): End {
  const isWhole = groups.lengthOf(0) === 9;
  if (!isWhole && !isGrouped(groups)) return undefined;
  const digits = groups.digits(text, isWhole ? 1 : 3);
  const end = groups.ends[isWhole ? 0 : 2]!;
  if (!isAssignable(digits) || isGlued(text, start) || !mayEndAt(text, end)) return undefined;
  const near = wordsBefore(text, start, label);
  if (isWhole || groups.separators[0] === ' ') return isNearest(near, ssnWords) ? end : undefined;
  return isNearest(near.slice(0, 1), otherNumberWords) ? undefined : end;
}

function isGrouped(groups: DigitGroups): boolean {
  const [first, second] = groups.separators;
  if (groups.lengthOf(0) !== 3 || groups.lengthOf(1) !== 2 || groups.lengthOf(2) !== 4) return false;
  return first === second && (first === '-' || first === ' ');
}

function isAssignable(digits: string): boolean {
  const area = Number(digits.slice(0, 3));
  return area !== 0 && area !== 666 && area < 900 && digits.slice(3, 5) !== '00' && digits.slice(5, 9) !== '0000';
}
