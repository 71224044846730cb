import { DIGIT, isAt } from './character.js';
import { cardWords, isNearest, otherNumberWords, wordsBefore } from './context-words.js';
import { type DigitGroups, isGlued, mayEndAt } from './digit-groups.js';
import type { End } from './finding.js';

/** A card's network by its first digits (ISO/IEC 7812) and lengths. */
interface Network {
  from: number;
  to: number;
  lengths: readonly number[];
  /** Lengths that are rare, or digits that much else begins with: only beside a word that says card. */
  onlyNamed?: readonly number[];
}

const networks: readonly Network[] = [
  // Visa; American Express; Diners Club; JCB.
  { from: 4, to: 4, lengths: [16], onlyNamed: [13, 19] },
  { from: 34, to: 34, lengths: [15] },
  { from: 37, to: 37, lengths: [15] },
  { from: 300, to: 305, lengths: [14, 16], onlyNamed: [17, 18, 19] },
  { from: 36, to: 36, lengths: [14], onlyNamed: [15, 16, 17, 18, 19] },
  { from: 38, to: 39, lengths: [14, 16], onlyNamed: [17, 18, 19] },
  { from: 3528, to: 3589, lengths: [16], onlyNamed: [17, 18, 19] },
  // Mastercard; Discover; UnionPay.
  { from: 51, to: 55, lengths: [16] },
  { from: 2221, to: 2720, lengths: [16] },
  { from: 6011, to: 6011, lengths: [16], onlyNamed: [17, 18, 19] },
  { from: 644, to: 659, lengths: [16], onlyNamed: [17, 18, 19] },
  { from: 62, to: 62, lengths: [16], onlyNamed: [17, 18, 19] },
  // Maestro.
  { from: 50, to: 50, lengths: [], onlyNamed: [12, 13, 14, 15, 16, 17, 18, 19] },
  { from: 56, to: 58, lengths: [], onlyNamed: [12, 13, 14, 15, 16, 17, 18, 19] },
  { from: 63, to: 63, lengths: [], onlyNamed: [12, 13, 14, 15, 16, 17, 18, 19] },
  { from: 67, to: 67, lengths: [], onlyNamed: [12, 13, 14, 15, 16, 17, 18, 19] },
];

/** How cards are printed: the lengths of the groups, the longer before what it begins with. */
const layouts: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
  [8, 8],
];
const CARD_MIN_DIGITS = 12;
const CARD_MAX_DIGITS = 19;

/**
 * A card number: known first digits and length, check digit right, and either printed in the groups of a card or in one
 * piece. One in ten numbers passes the check by chance, so a number in one piece is none where a word says what else it
 * is (an order, an id), or where it hangs on another word.
 */
export function creditCardEnd(text: string, start: number, groups: DigitGroups, label: string): End {
  if (groups.total < CARD_MIN_DIGITS) return undefined;
  const layout = layoutOf(groups);
  if (layout !== undefined) return printedEnd(text, start, groups, layout, label);
  const length = groups.lengthOf(0);
  const end = groups.ends[0]!;
  if (length < CARD_MIN_DIGITS || length > CARD_MAX_DIGITS || !mayEndAt(text, end)) return undefined;
  const certainty = certaintyOf(groups.digits(text, 1));
  if (certainty === 'none') return undefined;
  const near = wordsBefore(text, start, label).slice(0, 2);
  if (isNearest(near, otherNumberWords, cardWords)) return undefined;
  if (isGlued(text, start)) return isNearest(near.slice(0, 1), cardWords) ? end : undefined;
  return certainty === 'certain' || isNearest(near, cardWords) ? end : undefined;
}

function printedEnd(text: string, start: number, groups: DigitGroups, layout: readonly number[], label: string): End {
  const end = groups.ends[layout.length - 1]!;
  if (isGlued(text, start) || !mayEndAt(text, end) || continuesGroups(text, start)) return undefined;
  const certainty = certaintyOf(groups.digits(text, layout.length));
  if (certainty === 'certain') return end;
  return certainty === 'named' && isNearest(wordsBefore(text, start, label).slice(0, 2), cardWords) ? end : undefined;
}

/** The groups that the digits begin with, joined by one kind of separator, and not going on in the same way. */
function layoutOf(groups: DigitGroups): readonly number[] | undefined {
  const separator = groups.separatorAfter(0);
  if (separator !== ' ' && separator !== '-') return undefined;
  const fits = (layout: readonly number[]) =>
    layout.every(
      (length, group) =>
        groups.lengthOf(group) === length && (group === layout.length - 1 || groups.separators[group] === separator),
    );
  const layout = layouts.find(fits);
  if (layout === undefined) return undefined;
  const goesOn = groups.separatorAfter(layout.length - 1) === separator && groups.lengthOf(layout.length) === 4;
  return goesOn ? undefined : layout;
}

/** Four digits and a separator stand before: the groups are part of a longer number or list. */
function continuesGroups(text: string, start: number): boolean {
  if (!isAt(text, start - 2, DIGIT) || isAt(text, start - 1, DIGIT)) return false;
  return runStart(text, start - 2) === start - 5;
}

function runStart(text: string, last: number): number {
  let index = last;
  while (last - index < 5 && isAt(text, index - 1, DIGIT)) index--;
  return index;
}

/** Whether digits are a card's: by themselves, only beside a word that says card, or not at all. */
function certaintyOf(digits: string): 'certain' | 'named' | 'none' {
  if (!passesLuhn(digits)) return 'none';
  for (const { from, to, lengths, onlyNamed } of networks) {
    const prefix = Number(digits.slice(0, String(from).length));
    if (prefix < from || prefix > to) continue;
    if (lengths.includes(digits.length)) return 'certain';
    if (onlyNamed?.includes(digits.length)) return 'named';
  }
  return 'none';
}

/** The check of ISO/IEC 7812-1, annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 0x30;
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
