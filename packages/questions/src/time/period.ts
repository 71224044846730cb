import { formatNs } from '@attestlog/event';
import { startOf } from './calendar.js';
import { findNamedPeriods } from './named-periods.js';
import { type Interval, type QuestionClock, wallInterval, wallNow } from './question-clock.js';
import { type AmbiguousDate, findWrittenDates } from './written-dates.js';
import { MS_PER_DAY, wallOf } from './zoned-time.js';

/** What a text says about time. Both ends are inclusive, RFC 3339 in UTC with nine digits, as the search routes take them. */
export interface Period {
  readonly from?: string;
  readonly to?: string;
}

export interface PeriodReading {
  readonly period: Period;
  /** The pieces of the text that say it, with the words in front of them, in their order. */
  readonly spans: readonly TextSpan[];
  readonly ambiguous: readonly AmbiguousDate[];
}

export interface TextSpan {
  readonly offset: number;
  readonly end: number;
}

interface Piece extends TextSpan {
  readonly interval: Interval;
  readonly isClockOnly: boolean;
  readonly hasClock: boolean;
  readonly isRange: boolean;
}

interface Ends {
  fromMs?: number;
  untilMs?: number;
}

const PREFIX =
  /\b(between|from|starting(?: from| on)?|since|after|later than|as of|before|earlier than|prior to|until|till|up to|through|to|on|in|over|during|within|for|of|at|around|throughout|by|the last|and|-)?(?: *(?:the|whole|entire|all|date|day|period|month|year|months|days of))* *$/;
const PARTICLE_VERB = /\b(?:log|logs|logged|logging|sign|signs|signed|signing|turn|turned|switch|switched) *$/;
/** `CERT-19`, `INV-2025-001`: their digits are no date, but those of `oct-19` are. */
const ID = /(?<![\w-])(?!(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-\d)[a-z_]\w*[-_][\w-]*\d[\w-]*/g;
/** With the length of the word: the midnight of a day is the one that it begins with. */
const MIDNIGHT = '00:00   ';
const FILLER = '\u0001';

/** Reads every word about time in a text: `since Monday`, `from 1 to 5 October`, `yesterday between 14:00 and 15:00`. */
export function readPeriod(text: string, clock: QuestionClock): PeriodReading {
  const lower = asciiLowerSameLength(text);
  const { pieces, ambiguous } = findPieces(lower, clock);
  if (pieces.length === 0) return { period: {}, spans: [], ambiguous };
  const ends: Ends = {};
  const spans: TextSpan[] = [];
  let previousEnd = 0;
  let expectsEnd = false;
  for (const piece of datedClocks(pieces, clock)) {
    const { word, offset } = prefixOf(lower, previousEnd, piece.offset);
    spans.push({ offset: skipSpace(lower, offset), end: piece.end });
    expectsEnd = applyPiece(ends, piece, word, expectsEnd);
    previousEnd = piece.end;
  }
  return { period: periodOf(ends, clock), spans, ambiguous };
}

/**
 * Reads a text that says nothing but a period: `last 7 days`, `yesterday`, `since Monday`, `1 to 5 October`. For the
 * `from` of a search on its own; undefined where the text says anything else, can be read in two ways, or ends before
 * it begins.
 */
export function readPeriodText(text: string, clock: QuestionClock): Period | undefined {
  const { period, spans, ambiguous } = readPeriod(text, clock);
  if (spans.length === 0 || ambiguous.length > 0) return undefined;
  let rest = text;
  for (const { offset, end } of spans) rest = rest.slice(0, offset) + ' '.repeat(end - offset) + rest.slice(end);
  return rest.trim() === '' && !isEmptyPeriod(period) ? period : undefined;
}

/** Whether it ends before it begins: `since today and before yesterday`. */
export function isEmptyPeriod({ from, to }: Period): boolean {
  return from !== undefined && to !== undefined && from > to;
}

/** The seconds before now. */
export function lastSeconds(seconds: number, clock: QuestionClock): Period {
  return periodOf({ fromMs: clock.nowMs - seconds * 1000, untilMs: clock.nowMs }, clock);
}

/** The preposition in front of a date, and where the date begins with it. The `in` of `log in yesterday` is none. */
function prefixOf(lower: string, from: number, until: number): { word: string | undefined; offset: number } {
  const between = lower.slice(from, until);
  const before = PREFIX.exec(between);
  if (before === null) return { word: undefined, offset: until };
  if (PARTICLE_VERB.test(between.slice(0, before.index))) return { word: undefined, offset: until };
  return { word: before[1], offset: from + before.index };
}

/** Lower case that keeps every offset: `İ` would grow by a character. */
function asciiLowerSameLength(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function skipSpace(text: string, offset: number): number {
  let at = offset;
  while (text[at] === ' ') at++;
  return at;
}

function findPieces(lower: string, clock: QuestionClock): { pieces: Piece[]; ambiguous: readonly AmbiguousDate[] } {
  const named = findNamedPeriods(lower, clock);
  let rest = lower;
  for (const { offset, end } of named) {
    rest = rest.slice(0, offset) + FILLER.repeat(end - offset) + rest.slice(end);
  }
  rest = rest.replace(ID, (id) => FILLER.repeat(id.length)).replace(/\bmidnight\b/g, MIDNIGHT);
  const { dates, ambiguous } = findWrittenDates(rest, clock);
  const withMidnight = dates.map((date) => ({ ...date, end: endOfWord(lower, date.end, 'midnight') }));
  const pieces = [
    ...named.map((period) => ({ ...period, isClockOnly: false, hasClock: false, isRange: false })),
    ...withMidnight,
  ];
  return { pieces: pieces.sort((one, other) => one.offset - other.offset), ambiguous };
}

/** Where the word ends that the text has around `end`; `end` where that is another word. */
function endOfWord(text: string, end: number, word: string): number {
  const at = text.lastIndexOf(word, end);
  return at >= 0 && at < end && end < at + word.length ? at + word.length : end;
}

/** Times of day without a date get the one day that the text names, wherever it stands. */
function datedClocks(pieces: readonly Piece[], clock: QuestionClock): Piece[] {
  const dated = pieces.filter(({ isClockOnly }) => !isClockOnly);
  const day = dated.find(({ hasClock }) => !hasClock) ?? dated[0];
  if (day === undefined || dated.length === pieces.length) return [...pieces];
  const dayStart = startOf('day', wallOf(day.interval.fromMs, clock.timeZone));
  const today = startOf('day', wallNow(clock));
  const move = (ms: number) => {
    const wall = wallOf(ms, clock.timeZone) - today + dayStart;
    return wallInterval(wall, wall, clock).fromMs;
  };
  return pieces
    .filter((piece) => piece === day || piece.isClockOnly)
    .map((piece) => {
      if (piece === day) return piece;
      return { ...piece, interval: { fromMs: move(piece.interval.fromMs), untilMs: move(piece.interval.untilMs) } };
    });
}

/** @returns whether the next piece is the end of a range that this one begins */
function applyPiece(ends: Ends, piece: Piece, word: string | undefined, expectsEnd: boolean): boolean {
  const { fromMs, untilMs } = piece.interval;
  const endMs = piece.hasClock ? fromMs : untilMs;
  const isRangeWord = word !== undefined && /^(?:and|to|until|till|through|up to|-)$/.test(word);
  if (expectsEnd && isRangeWord) {
    // From 22:00 to 06:00 is over midnight.
    const isNextDay = piece.hasClock && ends.fromMs !== undefined && endMs <= ends.fromMs;
    ends.untilMs = isNextDay ? endMs + MS_PER_DAY : endMs;
    return false;
  }
  if (piece.isRange) {
    narrow(ends, fromMs, untilMs);
    return false;
  }
  switch (word) {
    case 'since':
    case 'starting':
    case 'starting from':
    case 'starting on':
    case 'as of':
      ends.fromMs = fromMs;
      return true;
    case 'after':
    case 'later than':
      // After a day begins the next one; after 18:00 begins at once.
      ends.fromMs = piece.hasClock ? fromMs : untilMs;
      return true;
    case 'before':
    case 'earlier than':
    case 'prior to':
      ends.untilMs = fromMs;
      return false;
    case 'until':
    case 'till':
    case 'up to':
    case 'through':
    case 'by':
      ends.untilMs = endMs;
      return false;
    default:
      narrow(ends, fromMs, untilMs);
      return word === 'between' || word === 'from';
  }
}

/** Two stretches mean what lies in both: `yesterday at 3pm`, `in the first quarter of 2025`. */
function narrow(ends: Ends, fromMs: number, untilMs: number): void {
  ends.fromMs = Math.max(ends.fromMs ?? fromMs, fromMs);
  ends.untilMs = Math.min(ends.untilMs ?? untilMs, untilMs);
}

/** What reaches beyond now ends now, so that a page of a search and the next one are about the same events. */
function periodOf({ fromMs, untilMs }: Ends, clock: QuestionClock): Period {
  const isRunning = untilMs !== undefined && untilMs >= clock.nowMs && (fromMs ?? 0) <= clock.nowMs;
  const from = fromMs === undefined ? {} : { from: formatNs(BigInt(fromMs) * 1_000_000n) };
  if (untilMs === undefined) return from;
  const toNs = isRunning ? BigInt(clock.nowMs) * 1_000_000n : BigInt(untilMs) * 1_000_000n - 1n;
  return { ...from, to: formatNs(toNs) };
}
