import { instantOf, type WallMs, wallOf } from './zoned-time.js';

/** The now and the place that words such as `yesterday` are about. */
export interface QuestionClock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: number;
  /** A name of the IANA time zone database, or `UTC`; `isTimeZone` says whether it is one. */
  readonly timeZone: string;
  /** How `04/05/2025` is read. Left out, it is asked back. */
  readonly dateOrder?: DateOrder;
}

export type DateOrder = 'day-first' | 'month-first';

/** From an instant to before another one, in milliseconds since 1970 in UTC. */
export interface Interval {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** From one reading of the wall to before another one. */
export function wallInterval(from: WallMs, until: WallMs, clock: QuestionClock): Interval {
  return { fromMs: instantOf(from, clock.timeZone), untilMs: instantOf(until, clock.timeZone) };
}

export function wallNow(clock: QuestionClock): WallMs {
  return wallOf(clock.nowMs, clock.timeZone);
}
