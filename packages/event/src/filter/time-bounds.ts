import { formatNs } from '../time.js';
import { type FilterProblem, filterProblem, shown } from './filter-problem.js';
import type { Bounds } from './make-condition.js';
import { readTimeInterval } from './time-interval.js';

/** One end of a range as it is written. */
export interface RangeEnd {
  readonly text: string;
  readonly isIncluded: boolean;
}

/**
 * The range from one time to another, both as they are written: a day is the whole day. An end that is left out is left
 * out whole, so `>2025-10-01` begins with the second of October.
 */
export function timeBounds(lower?: RangeEnd, upper?: RangeEnd): Bounds | FilterProblem {
  const bounds: Bounds = {};
  if (lower !== undefined) {
    const interval = readTimeInterval(lower.text);
    if (interval === undefined) return notATime(lower.text);
    if (lower.isIncluded) bounds.gte = formatNs(interval.firstNs);
    else bounds.gt = formatNs(interval.lastNs);
  }
  if (upper !== undefined) {
    const interval = readTimeInterval(upper.text);
    if (interval === undefined) return notATime(upper.text);
    if (upper.isIncluded) bounds.lte = formatNs(interval.lastNs);
    else bounds.lt = formatNs(interval.firstNs);
  }
  return bounds;
}

function notATime(text: string): FilterProblem {
  const examples = 'such as 2025-10-06, 2025-10-06T12:54Z or 2025-10-06T12:54:12.5+02:00';
  return filterProblem('not-a-time', `${shown(text)} is no time ${examples}.`);
}
