import { formatNs, isMoment, parseTime } from '@attestlog/event';
import type { Reading } from '../question.js';
import type { Period } from '../time/period.js';
import type { QuestionClock } from '../time/question-clock.js';
import type { AggregatesAsked } from './aggregate.js';

const TOP_VALUES = 5;
const BASELINE_DAYS = 30;
const NS_PER_DAY = 86_400_000_000_000n;

/**
 * What has to be counted to say something about the answer of a question: the events, those of the stretch of time before
 * of the same length, who did most, at what hours compared with the 30 days before, and what was seen for the first time.
 *
 * Comparisons need a beginning: without one only the count and the top actors are asked for.
 */
export function aggregatesFor(reading: Reading, clock: QuestionClock): AggregatesAsked {
  if (reading.clarification !== undefined) return {};
  const { filter } = reading;
  const period: Period = periodOf(reading);
  const always: AggregatesAsked = {
    count: { kind: 'count', filter, ...period },
    'top-actors': { kind: 'top', filter, ...period, field: 'actor.id', limit: TOP_VALUES },
  };
  const fromNs = nsOf(reading.from);
  if (fromNs === undefined) return always;
  const toNs = nsOf(reading.to) ?? BigInt(clock.nowMs) * 1_000_000n;
  if (toNs <= fromNs) return always;
  const before = { from: formatNs(fromNs - (toNs - fromNs) - 1n), to: formatNs(fromNs - 1n) };
  const since = formatNs(fromNs - BigInt(BASELINE_DAYS) * NS_PER_DAY);
  const { timeZone } = clock;
  const firstSeen = { kind: 'first-seen', filter, ...period, since, limit: TOP_VALUES } as const;
  return {
    ...always,
    'count-before': { kind: 'count', filter, ...before },
    hours: { kind: 'hours', filter, ...period, timeZone },
    'hours-before': { kind: 'hours', filter, from: since, to: before.to, timeZone },
    'new-addresses': { ...firstSeen, field: 'source.ip' },
    'new-actors': { ...firstSeen, field: 'actor.id' },
  };
}

function periodOf({ from, to }: Reading): Period {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function nsOf(time: string | undefined): bigint | undefined {
  const moment = time === undefined ? undefined : parseTime(time);
  return moment !== undefined && isMoment(moment) ? moment.ns : undefined;
}
