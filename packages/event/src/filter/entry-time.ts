import { isMoment, parseTime } from '../time.js';

const FULL_CHARS = '2025-10-06T12:54:12.025979644Z'.length;

/** The time of an entry with all nine digits: texts in the order of the times. */
export function fullTime(time: string): string {
  if (time.length === FULL_CHARS) return time;
  const seconds = time.slice(0, '2025-10-06T12:54:12'.length);
  return `${seconds}.${time.slice(seconds.length + 1, -1).padEnd(9, '0')}Z`;
}

/**
 * A time in free JSON: RFC 3339 with an offset, of the years 1901 to 2261. That far every offset is within the times
 * that can be stored, so no two readers see its ends differently.
 */
export const FREE_TIME_PATTERN =
  '^(?:19(?:0[1-9]|[1-9][0-9])|2[01][0-9][0-9]|22(?:[0-5][0-9]|6[01]))-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])' +
  '[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$';
const FREE_TIME = new RegExp(FREE_TIME_PATTERN);

/** Nanoseconds since 1970 of a time in free JSON; undefined for other texts. */
export function freeTimeNs(text: string): bigint | undefined {
  if (!FREE_TIME.test(text)) return undefined;
  const moment = parseTime(text);
  return isMoment(moment) ? moment.ns : undefined;
}
