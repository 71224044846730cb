import { NUMBER_WORDS, wholeNumberOf } from '../words/number-words.js';
import { addUnits, type CalendarUnit, startOf, startOfIsoWeek, weekdayOf } from './calendar.js';
import { type Interval, type QuestionClock, wallInterval, wallNow } from './question-clock.js';
import { MS_PER_DAY, MS_PER_HOUR } from './zoned-time.js';

/** Words that mean a stretch of time: `last week`, `past 24h`, `Q3 2025`, `the day before yesterday`. */
interface NamedPeriod {
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray, clock: QuestionClock) => Interval | undefined;
}

export interface FoundPeriod {
  readonly offset: number;
  readonly end: number;
  readonly interval: Interval;
}

const UNIT =
  'seconds?|secs?|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|wks?|wk|w|fortnights?|months?|mths?|mo|quarters?|years?|yrs?|yr|y';
const NUMBER = `\\d{1,5}|${NUMBER_WORDS}`;
const PAST = 'last|past|previous|prior|preceding|recent|latest';

interface Unit {
  readonly unit: CalendarUnit;
  readonly count: number;
}

function unitOf(word: string): Unit {
  if (word.startsWith('fortnight')) return { unit: 'week', count: 2 };
  if (/^mo|^mth/.test(word)) return { unit: 'month', count: 1 };
  const units: Record<string, CalendarUnit> = {
    s: 'second',
    m: 'minute',
    h: 'hour',
    d: 'day',
    w: 'week',
    q: 'quarter',
    y: 'year',
  };
  return { unit: units[word[0] as string]!, count: 1 };
}

/** The units that go by elapsed time; days and longer go by the calendar. */
function isClockUnit(unit: CalendarUnit): boolean {
  return unit === 'second' || unit === 'minute' || unit === 'hour';
}

function rolling({ unit, count }: Unit, times: number, clock: QuestionClock): Interval {
  if (isClockUnit(unit)) return { fromMs: addUnits(unit, clock.nowMs, -times * count), untilMs: clock.nowMs };
  const from = addUnits(unit, wallNow(clock), -times * count);
  return { fromMs: wallInterval(from, from, clock).fromMs, untilMs: clock.nowMs };
}

function whole(unit: CalendarUnit, shift: number, clock: QuestionClock): Interval {
  const now = wallNow(clock);
  if (isClockUnit(unit) && shift === 0) {
    // By what has gone by of it: where the clock was put back, the wall shows this hour for the second time.
    const fromMs = clock.nowMs - (now - startOf(unit, now));
    return { fromMs, untilMs: addUnits(unit, fromMs, 1) };
  }
  const start = addUnits(unit, startOf(unit, now), shift);
  return wallInterval(start, addUnits(unit, start, 1), clock);
}

function ago(count: number, { unit, count: length }: Unit, clock: QuestionClock): Interval {
  if (isClockUnit(unit)) {
    const fromMs = addUnits(unit, clock.nowMs, -count * length);
    return { fromMs, untilMs: addUnits(unit, fromMs, 1) };
  }
  // A week ago is a day; a month ago is a month.
  const precision = unit === 'week' ? 'day' : unit;
  const start = startOf(precision, addUnits(unit, wallNow(clock), -count * length));
  return wallInterval(start, addUnits(precision, start, 1), clock);
}

function quarterOf(quarter: number, year: number | undefined, clock: QuestionClock): Interval {
  const now = wallNow(clock);
  const start = Date.UTC(year ?? new Date(now).getUTCFullYear(), (quarter - 1) * 3, 1);
  const past = year === undefined && start > now ? addUnits('year', start, -1) : start;
  return wallInterval(past, addUnits('quarter', past, 1), clock);
}

function dayPart(day: number, fromHour: number, untilHour: number, clock: QuestionClock): Interval {
  const start = startOf('day', wallNow(clock)) + day * MS_PER_DAY;
  return wallInterval(start + fromHour * MS_PER_HOUR, start + untilHour * MS_PER_HOUR, clock);
}

const ordinals = ['first', 'second', 'third', 'fourth'];

/** Longer wordings before the shorter ones that they begin with. */
const namedPeriods: readonly NamedPeriod[] = [
  { pattern: /\b(?:(?:right|just) +)?now\b/g, read: (_match, { nowMs }) => ({ fromMs: nowMs, untilMs: nowMs }) },
  {
    pattern: /\bhalf +an? +(hour|day) +ago\b/g,
    read: ([, unit], { nowMs }) => {
      const fromMs = nowMs - (unit === 'day' ? MS_PER_DAY : MS_PER_HOUR) / 2;
      return { fromMs, untilMs: addUnits('minute', fromMs, 1) };
    },
  },
  {
    pattern: new RegExp(`\\b(?:${PAST}) +(${NUMBER}) *(${UNIT})\\b`, 'g'),
    read: ([, count = '', unit = ''], clock) => rolling(unitOf(unit), wholeNumberOf(count)!, clock),
  },
  {
    pattern: /\b(?:last|previous|prior|past) +(?:calendar +)?weekend\b|\b(?:over|on|at|during) +the +weekend\b/g,
    read: (_match, clock) => {
      const now = wallNow(clock);
      const saturday = startOf('week', now) + 5 * MS_PER_DAY;
      // On a weekend "the weekend" is this one.
      const start =
        weekdayOf(now) >= 5 && !/last|prev|prior|past/.test(_match[0]) ? saturday : saturday - 7 * MS_PER_DAY;
      return wallInterval(start, start + 2 * MS_PER_DAY, clock);
    },
  },
  {
    pattern: /\b(?:last|previous|prior|preceding) +(?:calendar +)?(week|month|quarter|year)\b/g,
    read: ([, unit], clock) => whole(unit as CalendarUnit, -1, clock),
  },
  {
    pattern: /\b(?:last|previous|prior|past|preceding) +(second|minute|hour|day|week|fortnight|month|quarter|year)\b/g,
    read: ([, unit = ''], clock) => rolling(unitOf(unit), 1, clock),
  },
  {
    pattern: /\b(?:this|the +current|current) +(?:calendar +)?(week|month|quarter|year|day|hour|minute)\b/g,
    read: ([, unit], clock) => whole(unit as CalendarUnit, 0, clock),
  },
  {
    pattern: /\bday +before +yesterday\b/g,
    read: (_match, clock) => ago(2, { unit: 'day', count: 1 }, clock),
  },
  {
    pattern: new RegExp(`(?<![.,])\\b(${NUMBER}) *(${UNIT}) +ago\\b`, 'g'),
    read: ([, count = '', unit = ''], clock) => ago(wholeNumberOf(count)!, unitOf(unit), clock),
  },
  { pattern: /\blast +night\b/g, read: (_match, clock) => dayPart(-1, 18, 30, clock) },
  { pattern: /\bthis +morning\b/g, read: (_match, clock) => dayPart(0, 6, 12, clock) },
  { pattern: /\bthis +afternoon\b/g, read: (_match, clock) => dayPart(0, 12, 18, clock) },
  { pattern: /\b(?:this +evening|tonight)\b/g, read: (_match, clock) => dayPart(0, 18, 30, clock) },
  {
    pattern: /\bq([1-4])(?: *(?:of|\/|-)? *((?:19|20)\d\d))?\b/g,
    read: ([, quarter, year], clock) =>
      quarterOf(Number(quarter), year === undefined ? undefined : Number(year), clock),
  },
  {
    pattern: /\b(first|second|third|fourth) +quarter(?: +of)?(?: +((?:19|20)\d\d))?\b/g,
    read: ([, word = '', year], clock) =>
      quarterOf(ordinals.indexOf(word) + 1, year === undefined ? undefined : Number(year), clock),
  },
  {
    pattern: /\b(?:calendar +week|week|cw|kw) *(?:no\.? *)?(\d\d?)(?: *(?:of|\/)? *((?:19|20)\d\d))?\b/g,
    read: ([, week, year], clock) => {
      const start = startOfIsoWeek(Number(year ?? new Date(wallNow(clock)).getUTCFullYear()), Number(week));
      return Number(week) >= 1 && Number(week) <= 53 ? wallInterval(start, start + 7 * MS_PER_DAY, clock) : undefined;
    },
  },
];

/** Dates with dots are written day first everywhere. */
const DOTTED = /(?<![\d.])([0-3]?\d)\.([01]?\d)\.((?:19|20)\d\d)(?![\d.]*\d)/g;
const YEAR = /\b(?:in|during|of|since|from|before|until|till|after|throughout|year) +((?:19|20)\d\d)\b(?![-/.:]?\w)/g;

/** All named periods of a text in lower case; none of them overlap. */
export function findNamedPeriods(text: string, clock: QuestionClock): FoundPeriod[] {
  const found: FoundPeriod[] = [];
  for (const { pattern, read } of namedPeriods) {
    for (const match of text.matchAll(pattern)) {
      const interval = read(match, clock);
      const period = { offset: match.index, end: match.index + match[0].length };
      if (interval !== undefined && !overlaps(found, period)) found.push({ ...period, interval });
    }
  }
  for (const match of text.matchAll(DOTTED)) {
    const [day, month, year] = match.slice(1).map(Number) as [number, number, number];
    const start = Date.UTC(year, month - 1, day);
    const isDate = new Date(start).getUTCMonth() === month - 1;
    const period = { offset: match.index, end: match.index + match[0].length };
    if (isDate) found.push({ ...period, interval: wallInterval(start, start + MS_PER_DAY, clock) });
  }
  for (const match of text.matchAll(YEAR)) {
    const end = match.index + match[0].length;
    const year = Date.UTC(Number(match[1]), 0, 1);
    const period = { offset: end - 4, end };
    if (!overlaps(found, period))
      found.push({ ...period, interval: wallInterval(year, addUnits('year', year, 1), clock) });
  }
  return found.sort((one, other) => one.offset - other.offset);
}

function overlaps(found: readonly FoundPeriod[], { offset, end }: { offset: number; end: number }): boolean {
  return found.some((other) => offset < other.end && other.offset < end);
}
