import { DIGIT, isAt, runEnd, WORD } from './character.js';
import { callWords, isNearest, isPhoneWord, otherNumberWords, withoutFillers, wordsBefore } from './context-words.js';
import { type DigitGroups, isGlued, mayEndAt, separatorWidth } from './digit-groups.js';
import type { End } from './finding.js';

/** ITU-T E.164: at most 15 digits with the country's. The fewest that a subscriber can be called by are fewer still. */
const INTERNATIONAL_MAX_DIGITS = 15;
const INTERNATIONAL_MIN_DIGITS = 9;
const NATIONAL_MIN_DIGITS = 7;
/** Where the word is not the nearest one, or only says call. */
const NATIONAL_FAR_MIN_DIGITS = 9;
const NANP_DIGITS = 10;

/** Country codes of one and two digits (ITU-T E.164, list of 2016); all others have three. */
const shortCountryCodes = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);
/** First digits of the codes with three. */
const longCountryCodes = new Set('21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99'.split(' '));

/**
 * A number with a plus and its country, as `+44 20 7946 0958`: up to 15 digits in groups, of which one of nine digits
 * or more is the whole. Of North America exactly eleven digits, with an area and an exchange that can be.
 *
 * @param plus place of the plus
 * @param groups to be read into
 */
export function internationalPhoneEnd(text: string, plus: number, groups: DigitGroups): End {
  const start = plus + 1;
  if (isAt(text, plus - 1, WORD) || !isAt(text, start, DIGIT) || text[start] === '0') return undefined;
  groups.read(text, start);
  // Two groups and a dot are a number with a fraction.
  if (groups.total < INTERNATIONAL_MIN_DIGITS || (groups.count === 2 && groups.separators[0] === '.')) return undefined;
  const digits = groups.digits(text, groups.count);
  const isNorthAmerica = digits[0] === '1';
  if (isNorthAmerica ? !isNanp(digits.slice(1)) : !hasCountry(digits)) return undefined;
  let total = 0;
  let end: End;
  for (let group = 0; group < groups.count; group++) {
    total += groups.lengthOf(group);
    if (total > INTERNATIONAL_MAX_DIGITS) break;
    const isEnough = isNorthAmerica ? total === 1 + NANP_DIGITS : total >= INTERNATIONAL_MIN_DIGITS;
    if (isEnough && mayEndAt(text, groups.ends[group]!)) end = groups.ends[group];
    if (group === 0 && total >= INTERNATIONAL_MIN_DIGITS) break;
  }
  return end;
}

function hasCountry(digits: string): boolean {
  const two = digits.slice(0, 2);
  return digits[0] === '7' || shortCountryCodes.has(two) || longCountryCodes.has(two);
}

/**
 * A number without its country. Of North America in its groups (`(202) 555-0142`, `1-202-555-0142`), unless a word says
 * what else it is. Any other only beside a word that says telephone; beside one that says call, only in groups that begin
 * with a zero.
 *
 * @param start place of the first digit, which a bracket may precede
 */
export function nationalPhoneEnd(text: string, start: number, groups: DigitGroups, label: string): End {
  const nanp = nanpEnd(text, groups);
  if (nanp === undefined && isDate(groups)) return undefined;
  if (isGlued(text, start)) return undefined;
  const near = withoutFillers(wordsBefore(text, start, label));
  const phoneAt = near.findIndex(isPhoneWord);
  const otherAt = near.findIndex((word) => otherNumberWords.has(word));
  const isOther = otherAt !== -1 && (phoneAt === -1 || otherAt < phoneAt);
  if (nanp !== undefined) return isOther && otherAt < 2 ? undefined : nanp;
  if (isOther) return undefined;
  if (phoneAt !== -1) return longestEnd(text, groups, phoneAt === 0 ? NATIONAL_MIN_DIGITS : NATIONAL_FAR_MIN_DIGITS);
  const isCalled = groups.count > 1 && text[start] === '0' && isNearest(near, callWords);
  return isCalled ? longestEnd(text, groups, NATIONAL_FAR_MIN_DIGITS) : undefined;
}

/**
 * Whether a number may begin with a group of one or two digits: an address with dots, `1-202-…`, or beside a word. Asked
 * before the groups are read, since in a table of small numbers each one is such a group.
 */
export function mayBeginShort(text: string, start: number, end: number, label: string): boolean {
  if (text[end] === '.') return true;
  const next = end + separatorWidth(text, end);
  if (end - start === 1 && text[start] === '1' && runEnd(text, next, DIGIT, 4) - next === 3) return true;
  return wordsBefore(text, start, label).some((word) => isPhoneWord(word) || callWords.has(word));
}

function longestEnd(text: string, groups: DigitGroups, minDigits: number): End {
  let total = 0;
  let longest: End;
  for (let group = 0; group < groups.count; group++) {
    total += groups.lengthOf(group);
    if (total > INTERNATIONAL_MAX_DIGITS) break;
    const end = groups.ends[group]!;
    if (total >= minDigits && mayEndAt(text, end)) longest = end;
  }
  return longest;
}

/** The end of three, three and four digits, after a one or not; the separators are of one kind, or begin with brackets. */
function nanpEnd(text: string, groups: DigitGroups): End {
  const first = groups.lengthOf(0) === 1 && text[groups.starts[0]!] === '1' ? 1 : 0;
  if (groups.lengthOf(first) !== 3 || groups.lengthOf(first + 1) !== 3 || groups.lengthOf(first + 2) !== 4) {
    return undefined;
  }
  const [afterArea, afterExchange] = [groups.separators[first], groups.separators[first + 1]];
  if (afterExchange === '()' || afterExchange === '/') return undefined;
  if (afterArea !== afterExchange && afterArea !== '()') return undefined;
  if (!isNanp(groups.digits(text, first + 3).slice(first))) return undefined;
  const end = groups.ends[first + 2]!;
  return mayEndAt(text, end) ? end : undefined;
}

/** Area and exchange begin with 2 to 9 and are not N11 (North American Numbering Plan). */
function isNanp(digits: string): boolean {
  if (digits.length < NANP_DIGITS) return false;
  return isNanpCode(digits, 0) && isNanpCode(digits, 3);
}

function isNanpCode(digits: string, at: number): boolean {
  return digits[at]! >= '2' && !(digits[at + 1] === '1' && digits[at + 2] === '1');
}

function isDate(groups: DigitGroups): boolean {
  const [first, second, third] = [groups.lengthOf(0), groups.lengthOf(1), groups.lengthOf(2)];
  return (first === 4 && second === 2 && third === 2) || (first === 2 && second === 2 && third === 4);
}
