import { casual, GB } from 'chrono-node/en';
import { addUnits, type CalendarUnit, startOf, weekdayOf } from './calendar.js';
import { type Interval, type QuestionClock, wallInterval, wallNow } from './question-clock.js';
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, type WallMs, wallOf } from './zoned-time.js';

type ParsedComponents = ReturnType<typeof casual.parse>[number]['start'];

/** A date or a time of day that is written out: `3 October`, `Monday`, `2025-10-03T14:00Z`, `at 3pm`. */
export interface WrittenDate {
  readonly offset: number;
  readonly end: number;
  readonly interval: Interval;
  /** A time of day without its date; the interval is today's. */
  readonly isClockOnly: boolean;
  /** It names a time of day, so a range ends where it begins. */
  readonly hasClock: boolean;
  /** It names both its ends. */
  readonly isRange: boolean;
}

/** A date that two countries read differently. */
export interface AmbiguousDate {
  readonly offset: number;
  readonly text: string;
}

export interface WrittenDates {
  readonly dates: readonly WrittenDate[];
  readonly ambiguous: readonly AmbiguousDate[];
}

const TIME_WORD_BEFORE =
  /\b(?:on|in|since|during|of|from|before|after|until|till|to|by|between|and|last|this|through|at|around)(?: +the)? *$/;
/** Months and days of the week that are also other words, and are dates only behind a word that says so. */
const OTHER_WORDS = /^(?:may|march|sun|sat|mon|wed|sec|mar|dec)$/;
/** A part of every day, and not of one. */
const PART_OF_ANY_DAY = /^(?:(?:at|in|by|during)(?: the)? )?(?:night|morning|afternoon|evening)s?$/;
const SLASHED = /\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g;

/**
 * Finds them in a text in lower case, by the grammar of chrono-node; what length they have, and that the past is meant, is
 * decided here. The grammar gets the reading of the wall as if it were UTC, so no time zone but ours is at work.
 */
export function findWrittenDates(text: string, clock: QuestionClock): WrittenDates {
  const now = wallNow(clock);
  const grammar = clock.dateOrder === 'day-first' ? GB : casual;
  const results = grammar.parse(text, { instant: new Date(now), timezone: 0 });
  const dates: WrittenDate[] = [];
  for (const result of results) {
    const { index, text: written, start } = result;
    const end = result.end ?? undefined;
    if (!isOnWordBoundary(text, index, index + written.length)) continue;
    if (PART_OF_ANY_DAY.test(written)) continue;
    if (OTHER_WORDS.test(written) && !TIME_WORD_BEFORE.test(text.slice(0, index))) continue;
    const first = intervalOf(start, written, clock);
    if (first === undefined) continue;
    const last = end === undefined ? first : (intervalOf(end, written, clock) ?? first);
    const hasClock = start.isCertain('hour');
    const untilMs = end !== undefined && hasClock ? last.fromMs : last.untilMs;
    const isClockOnly = hasClock && !start.isCertain('day') && !start.isCertain('weekday');
    const from = fromBefore(first, untilMs, start, clock);
    const half = hasClock && end === undefined ? halfOfDay(written, first, clock) : undefined;
    if (half !== undefined) {
      dates.push({ offset: index, end: index + written.length, interval: half, isClockOnly, hasClock, isRange: true });
      continue;
    }
    const place = { offset: index, end: index + written.length };
    dates.push({ ...place, interval: { fromMs: from, untilMs }, isClockOnly, hasClock, isRange: end !== undefined });
  }
  return { dates, ambiguous: clock.dateOrder === undefined ? ambiguousDates(text) : [] };
}

/** `yesterday after 18:00`, which the grammar takes for one time. */
function halfOfDay(written: string, { fromMs }: Interval, clock: QuestionClock): Interval | undefined {
  const side = /\b(after|since|from|before|until)\b/.exec(written)?.[1];
  if (side === undefined) return undefined;
  const day = startOf('day', wallOf(fromMs, clock.timeZone));
  const whole = wallInterval(day, day + MS_PER_DAY, clock);
  return side === 'before' || side === 'until'
    ? { fromMs: whole.fromMs, untilMs: fromMs }
    : { fromMs, untilMs: whole.untilMs };
}

/** In `January to March 2025` the year stands behind the second month only. */
function fromBefore(first: Interval, untilMs: number, start: ParsedComponents, clock: QuestionClock): number {
  if (first.fromMs < untilMs || start.isCertain('year')) return first.fromMs;
  return wallInterval(addUnits('year', first.fromMs, -1), 0, clock).fromMs;
}

function isOnWordBoundary(text: string, offset: number, end: number): boolean {
  return /(?:^|[\s("'[])$/.test(text.slice(0, offset)) && /^(?:$|[\s)"'\],;?!]|\.(?:\s|$)|-\s)/.test(text.slice(end));
}

function intervalOf(parsed: ParsedComponents, written: string, clock: QuestionClock): Interval | undefined {
  const start = Date.UTC(
    parsed.get('year')!,
    parsed.get('month')! - 1,
    parsed.get('day') ?? 1,
    parsed.isCertain('hour') ? parsed.get('hour')! : 0,
    parsed.isCertain('hour') ? parsed.get('minute')! : 0,
    parsed.isCertain('second') ? parsed.get('second')! : 0,
  );
  if (Number.isNaN(start)) return undefined;
  if (parsed.isCertain('hour')) return clockInterval(parsed, start, written, clock);
  const unit: CalendarUnit = parsed.isCertain('day') || parsed.isCertain('weekday') ? 'day' : 'month';
  const from = intoThePast(parsed, unit, startOf(unit, start), written, clock);
  const part = unit === 'day' ? partOfDay(written) : undefined;
  if (part === undefined) return wallInterval(from, addUnits(unit, from, 1), clock);
  return wallInterval(from + part[0] * MS_PER_HOUR, from + part[1] * MS_PER_HOUR, clock);
}

function clockInterval(parsed: ParsedComponents, start: WallMs, written: string, clock: QuestionClock): Interval {
  const isWholeHour = !written.includes(':') && !parsed.isCertain('second');
  const length = parsed.isCertain('second') ? 1000 : isWholeHour ? MS_PER_HOUR : MS_PER_MINUTE;
  if (parsed.tags().has('result/relativeDateAndTime')) {
    // "2 hours before" goes by elapsed time: the grammar has counted from the wall, to the second.
    const fromMs = clock.nowMs - (Math.floor(wallNow(clock) / 1000) * 1000 - start);
    return { fromMs, untilMs: fromMs + length };
  }
  const offset = parsed.isCertain('timezoneOffset') ? parsed.get('timezoneOffset') : null;
  if (offset !== null) {
    const fromMs = start - offset * MS_PER_MINUTE;
    return { fromMs, untilMs: fromMs + length };
  }
  const from = parsed.isCertain('day') ? intoThePast(parsed, 'day', start, written, clock) : start;
  return wallInterval(from, from + length, clock);
}

/** Questions are about what was: a weekday is the one before today or today, a month without year the last one. */
function intoThePast(
  parsed: ParsedComponents,
  unit: CalendarUnit,
  start: WallMs,
  written: string,
  clock: QuestionClock,
): WallMs {
  const today = startOf('day', wallNow(clock));
  if (parsed.isCertain('weekday') && !parsed.isCertain('day')) {
    const back = (weekdayOf(today) - weekdayOf(start) + 7) % 7;
    return today - (back === 0 && /\blast\b/.test(written) ? 7 : back) * MS_PER_DAY;
  }
  if (parsed.isCertain('year')) return start;
  const thisYear = Date.UTC(
    new Date(today).getUTCFullYear(),
    new Date(start).getUTCMonth(),
    new Date(start).getUTCDate(),
  );
  const timeOfDay = unit === 'month' ? 0 : start - startOf('day', start);
  return (thisYear > today ? addUnits('year', thisYear, -1) : thisYear) + timeOfDay;
}

function partOfDay(written: string): readonly [fromHour: number, untilHour: number] | undefined {
  if (/morning/.test(written)) return [6, 12];
  if (/afternoon/.test(written)) return [12, 18];
  if (/evening/.test(written)) return [18, 24];
  return /night/.test(written) ? [18, 30] : undefined;
}

function ambiguousDates(text: string): AmbiguousDate[] {
  return [...text.matchAll(SLASHED)]
    .filter(([, one, other]) => one !== other && Number(one) <= 12 && Number(other) <= 12)
    .map((match) => ({ offset: match.index, text: match[0] }));
}
