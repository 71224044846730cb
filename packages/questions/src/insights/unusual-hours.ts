/** A stretch of hours of the day; `until` is the hour after the last, up to 24. */
export interface HourStretch {
  readonly from: number;
  readonly until: number;
  readonly count: number;
}

const HOURS = 24;
/** Fewer events say nothing about when things are usually done. */
const BASELINE_MIN_EVENTS = 100;
const UNUSUAL_MIN_EVENTS = 3;
/** An hour is unusual when less than one event in 200 was in it. */
const UNUSUAL_SHARE = 0.005;

/**
 * Hours of the day in which events are now and hardly were before. Empty where there is too little to compare with.
 *
 * @param now 24 counts
 * @param before 24 counts of a longer time before
 */
export function unusualHours(now: readonly number[], before: readonly number[]): HourStretch[] {
  const total = before.reduce((sum, count) => sum + count, 0);
  if (now.length !== HOURS || before.length !== HOURS || total < BASELINE_MIN_EVENTS) return [];
  const stretches: { from: number; until: number; count: number }[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    const count = now[hour]!;
    if (count === 0 || before[hour]! / total >= UNUSUAL_SHARE) continue;
    const last = stretches.at(-1);
    if (last?.until === hour) Object.assign(last, { until: hour + 1, count: last.count + count });
    else stretches.push({ from: hour, until: hour + 1, count });
  }
  return stretches.filter(({ count }) => count >= UNUSUAL_MIN_EVENTS);
}
