import { DIGIT, digitsEnd, isAt, WORD } from './character.js';

/** More digits and more groups than any number that is looked for has. */
const DIGITS_MAX = 24;
const GROUPS_MAX_ITEMS = 8;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COMMA = 0x2c;
const NO_BREAK_SPACE = 0xa0;
const NARROW_NO_BREAK_SPACE = 0x202f;
const OPEN = 0x28;
const CLOSE = 0x29;
/** A bracket, with a space or a hyphen beside it or not. */
const SEPARATOR_MAX_CHARS = 3;

/** What stands between two groups; `()`: a bracket with or without a space or a hyphen. */
export type Separator = ' ' | '-' | '.' | '/' | '()';

/**
 * Digits in groups that single separators join, such as `202-555-0142`. Read again and again into the same object, since
 * a text of digits has a group at every other character.
 */
export class DigitGroups {
  /** How many groups were read. */
  count = 0;
  /** Digits of all groups together. */
  total = 0;
  /** Of each group: where it begins and ends in the text, and how many digits it has. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly lengths: number[] = [];
  /** Between each group and the next; only the first `count` − 1 count. */
  readonly separators: Separator[] = [];

  /**
   * Reads the groups from a place where one begins: at most eight with at most 24 digits, so the work is bounded. A group
   * that goes on beyond that is left out, unless it is the first, which has 25 digits then.
   */
  read(text: string, start: number): void {
    this.count = 0;
    this.total = 0;
    for (let index = start; this.count < GROUPS_MAX_ITEMS; ) {
      const left = DIGITS_MAX - this.total;
      const end = digitsEnd(text, index, left + 1);
      if (end - index > left && this.count > 0) return;
      this.#add(index, end);
      if (this.total >= DIGITS_MAX) return;
      const width = separatorWidth(text, end);
      if (width === 0) return;
      this.separators[this.count - 1] = (width === 1 ? single(text.charCodeAt(end)) : undefined) ?? '()';
      index = end + width;
    }
  }

  /** The digits of the first groups. */
  digits(text: string, count: number): string {
    let digits = '';
    for (let group = 0; group < count; group++) digits += text.slice(this.starts[group], this.ends[group]);
    return digits;
  }

  /** The separator after a group, undefined where no group follows. */
  separatorAfter(group: number): Separator | undefined {
    return group < this.count - 1 ? this.separators[group] : undefined;
  }

  /** How many digits a group has; 0: there is no such group. */
  lengthOf(group: number): number {
    return group < this.count ? this.lengths[group]! : 0;
  }

  #add(start: number, end: number): void {
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.lengths[this.count] = end - start;
    this.total += end - start;
    this.count++;
  }
}

/** Whether a number may end there: no letter, no further digit, no hyphen or dot that goes on with one. */
export function mayEndAt(text: string, end: number): boolean {
  if (isAt(text, end, WORD)) return false;
  const code = text.charCodeAt(end);
  return (code !== HYPHEN && code !== DOT) || !isAt(text, end + 1, WORD);
}

/** Whether a number hangs on a word or on another number before it: `v1.2`, `INV-42`, `Chrome/120`. */
export function isPartOfWord(text: string, start: number): boolean {
  if (isAt(text, start - 1, WORD)) return true;
  const code = text.charCodeAt(start - 1);
  return (code === HYPHEN || code === DOT || code === SLASH) && isAt(text, start - 2, WORD);
}

/** The same, and also after a comma that may separate thousands: `1,303`. */
export function isGlued(text: string, start: number): boolean {
  if (isPartOfWord(text, start)) return true;
  return text.charCodeAt(start - 1) === COMMA && isAt(text, start - 2, DIGIT) && !isAt(text, start + 3, DIGIT);
}

/** Characters between a group's end and the next group: one, or up to three with a bracket (`) `, ` (`); 0: none follows. */
export function separatorWidth(text: string, end: number): number {
  let hasBracket = false;
  for (let width = 1; width <= SEPARATOR_MAX_CHARS; width++) {
    const code = text.charCodeAt(end + width - 1);
    if (code === OPEN || code === CLOSE) hasBracket = true;
    else if (single(code) === undefined) return 0;
    if (isAt(text, end + width, DIGIT)) return width === 1 || hasBracket ? width : 0;
  }
  return 0;
}

function single(code: number): Separator | undefined {
  switch (code) {
    case SPACE:
    case NO_BREAK_SPACE:
    case NARROW_NO_BREAK_SPACE:
      return ' ';
    case HYPHEN:
      return '-';
    case DOT:
      return '.';
    case SLASH:
      return '/';
    default:
      return undefined;
  }
}
