import { isMoment, parseTime } from '@attestlog/event';
import { type QuestionClock, readPeriod, readPeriodText } from '@attestlog/questions';
import { Problem } from '../errors.js';

/** The ends of a stretch of time as a request writes them: RFC 3339, or words. Both are inclusive. */
export interface AskedTime {
  /** Of words, the beginning counts: `yesterday` is 00:00. */
  from?: string | undefined;
  /** Of words, the end counts: `yesterday` is the last nanosecond before 24:00. */
  to?: string | undefined;
}

/** Event times in nanoseconds since the epoch, both inclusive. */
export interface TimeRange {
  fromNs?: bigint;
  toNs?: bigint;
}

const ENDS = ['from', 'to'] as const;
type End = (typeof ENDS)[number];

/** With a clock and an offset it is meant as RFC 3339, and is not read as words where it is wrong. */
const LIKE_RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\S*(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * @param clock what words such as "yesterday" are about; absent: words are not understood
 * @throws Problem `query-invalid` that says what can be written
 */
export function readTimeRange(asked: AskedTime, clock: QuestionClock | undefined): TimeRange {
  const range: TimeRange = {};
  for (const end of ENDS) {
    const text = asked[end];
    if (text !== undefined) range[end === 'from' ? 'fromNs' : 'toNs'] = momentOf(text, end, clock);
  }
  return range;
}

function momentOf(text: string, end: End, clock: QuestionClock | undefined): bigint {
  const moment = parseTime(text);
  if (isMoment(moment)) return moment.ns;
  if (clock === undefined || LIKE_RFC3339.test(text)) {
    throw unreadable(end, `must be an RFC 3339 time such as 2025-10-06T12:54:12Z: ${moment.message}`);
  }
  const period = readPeriodText(text, clock);
  const found = period?.[end] === undefined ? undefined : parseTime(period[end]);
  if (found !== undefined && isMoment(found)) return found.ns;
  throw unreadable(end, whyNot(text, end, period !== undefined, clock));
}

function whyNot(text: string, end: End, isPeriod: boolean, clock: QuestionClock): string {
  const shown = JSON.stringify(text.slice(0, 60).toWellFormed());
  if (isPeriod) return `has no ${end === 'from' ? 'beginning' : 'end'} in ${shown}; write it as "${otherEnd(end)}".`;
  if (readPeriod(text, clock).ambiguous.length > 0) {
    return `can be read in two ways in ${shown}; write the date as 2025-05-04, or as 4 May 2025.`;
  }
  return `is no time that can be read in ${shown}; write RFC 3339 such as 2025-10-06T12:54:12Z, a date such as 2025-10-06, or words such as now, today, yesterday, last 7 days, 3 hours ago, last month, Monday, 1 October.`;
}

function otherEnd(end: End): End {
  return end === 'from' ? 'to' : 'from';
}

function unreadable(end: End, message: string): Problem {
  return new Problem('query-invalid', { detail: `"${end}" ${message}` });
}
