import { type FieldProblem, problem } from './problem.js';

/** A moment to the nanosecond. */
export interface Moment {
  /** Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. */
  readonly ns: bigint;
  /** The same moment in UTC as `YYYY-MM-DDTHH:MM:SS[.fraction]Z`, with the digits of fraction that were given. */
  readonly text: string;
}

/** 1900-01-01T00:00:00Z to the last nanosecond a signed 64-bit count can hold: the range of a DateTime64(9) column. */
export const TIME_MIN_NS = -2_208_988_800_000_000_000n;
export const TIME_MAX_NS = 9_223_372_036_854_775_807n;

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const DATE_CHARS = 'YYYY-MM-DD'.length;
const FRACTION_START = 'YYYY-MM-DDTHH:MM:SS.'.length;
const OFFSET_CHARS = '+HH:MM'.length;
const ZERO = 0x30;
const PLUS = 0x2b;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;
const LOWER_Z = 0x7a;
const NS_PER_SECOND = 1_000_000_000n;

/**
 * Reads an RFC 3339 time without losing a digit. The canonical text is UTC with upper-case `T` and `Z` and exactly the
 * fraction that was given: `…:12.50+02:00` becomes `…:12.50Z`, since the digits say how precise the clock was.
 *
 * Refused: no offset, leap seconds (`:60`), more than 9 digits, days that do not exist, times outside
 * {@link TIME_MIN_NS} to {@link TIME_MAX_NS}.
 *
 * @param pointer where the time stands, for the problem
 */
export function parseTime(text: string, pointer = '/time'): Moment | FieldProblem {
  if (!RFC3339.test(text)) return notATime(text, pointer);
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  if (!isClock(hour, minute, second) || !isDate(year, month, day)) return notATime(text, pointer);
  let unixSeconds = daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
  const lastCode = text.charCodeAt(text.length - 1);
  const isZulu = lastCode === UPPER_Z || lastCode === LOWER_Z;
  const fractionEnd = text.length - (isZulu ? 1 : OFFSET_CHARS);
  if (!isZulu) {
    const offsetHour = digits(text, fractionEnd + 1, fractionEnd + 3);
    const offsetMinute = digits(text, fractionEnd + 4, fractionEnd + 6);
    if (!isClock(offsetHour, offsetMinute, 0)) return notATime(text, pointer);
    const offsetSeconds = offsetHour * 3_600 + offsetMinute * 60;
    unixSeconds += text.charCodeAt(fractionEnd) === PLUS ? -offsetSeconds : offsetSeconds;
  }
  const ns = BigInt(unixSeconds) * NS_PER_SECOND + BigInt(nanoseconds(text, fractionEnd));
  if (ns < TIME_MIN_NS || ns > TIME_MAX_NS) {
    return problem('time-out-of-range', pointer, 'The time must lie from 1900-01-01 to 2262-04-11 (UTC).');
  }
  if (!isZulu) return { ns, text: writeTime(unixSeconds, text.slice(FRACTION_START, fractionEnd)) };
  const isCanonical = lastCode === UPPER_Z && text.charCodeAt(DATE_CHARS) === UPPER_T;
  return { ns, text: isCanonical ? text : text.toUpperCase() };
}

/** The number that the digits from `start` to before `end` are. */
function digits(text: string, start: number, end: number): number {
  let number = 0;
  for (let index = start; index < end; index++) number = number * 10 + text.charCodeAt(index) - ZERO;
  return number;
}

function nanoseconds(text: string, fractionEnd: number): number {
  let number = digits(text, FRACTION_START, fractionEnd);
  for (let places = Math.max(0, fractionEnd - FRACTION_START); places < 9; places++) number *= 10;
  return number;
}

export function isMoment(result: Moment | FieldProblem): result is Moment {
  return 'ns' in result;
}

/** The canonical text of a moment, with all nine digits of fraction: `2025-10-06T12:54:12.025979644Z`. */
export function formatNs(ns: bigint): string {
  let seconds = ns / NS_PER_SECOND;
  let rest = ns % NS_PER_SECOND;
  if (rest < 0n) {
    rest += NS_PER_SECOND;
    seconds -= 1n;
  }
  return writeTime(Number(seconds), rest.toString().padStart(9, '0'));
}

function writeTime(unixSeconds: number, fraction: string): string {
  const days = Math.floor(unixSeconds / 86_400);
  const second = unixSeconds - days * 86_400;
  const { year, month, day } = civilFromDays(days);
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const clock = `${pad(Math.floor(second / 3_600), 2)}:${pad(Math.floor(second / 60) % 60, 2)}:${pad(second % 60, 2)}`;
  return `${date}T${clock}${fraction === '' ? '' : `.${fraction}`}Z`;
}

function pad(value: number, digits: number): string {
  return value.toString().padStart(digits, '0');
}

function isClock(hour: number, minute: number, second: number): boolean {
  return hour < 24 && minute < 60 && second < 60;
}

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const;

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const length = (DAYS_BEFORE_MONTH[month] as number) - (DAYS_BEFORE_MONTH[month - 1] as number);
  return day <= (month === 2 && isLeapYear(year) ? 29 : length);
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const leapDay = month > 2 && isLeapYear(year) ? 1 : 0;
  // 719,162 days lie between 0001-01-01 and 1970-01-01.
  return before * 365 + leapDays + (DAYS_BEFORE_MONTH[month - 1] as number) + leapDay + day - 1 - 719_162;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  // The estimate is the year or one more, since a year of the calendar is 365.2425 days on average.
  let year = 1970 + Math.ceil(days / 365.2425) + 1;
  while (daysFromCivil(year, 1, 1) > days) year--;
  let month = 12;
  while (daysFromCivil(year, month, 1) > days) month--;
  return { year, month, day: days - daysFromCivil(year, month, 1) + 1 };
}

function notATime(text: string, pointer: string): FieldProblem {
  const shown = JSON.stringify(text.slice(0, 40).toWellFormed());
  return problem(
    'invalid-time',
    pointer,
    `${shown} is not an RFC 3339 time such as 2025-10-06T12:54:12.025979644Z (offset needed, at most 9 digits of fraction, no leap second).`,
  );
}
