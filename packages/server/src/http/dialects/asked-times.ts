import { foreignTime } from '@attestlog/event';

/**
 * The ends of a stretch of time as a dialect's clients write them, for the reader of events: RFC 3339, also with a blank
 * for the `T` or without an offset (then UTC); a date such as `2025-10-06` is its first moment as a beginning and its
 * last one as an end. All else is left to the reader, which knows words, and refuses the rest.
 */
export function askedTimes(start: string | undefined, end: string | undefined): { from?: string; to?: string } {
  return {
    ...(start === undefined ? {} : { from: timeOf(start, 'T00:00:00Z') }),
    ...(end === undefined ? {} : { to: timeOf(end, 'T23:59:59.999999999Z') }),
  };
}

function timeOf(text: string, clock: string): string {
  // A "+" of an offset that was not escaped is a blank in a query.
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? text + clock : text.replace(/ (?=\d\d:\d\d$)/, '+');
  return foreignTime(whole) ?? text;
}
