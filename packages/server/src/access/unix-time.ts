import type { Clock } from '../ports/clock.js';

/** Wall-clock time in whole milliseconds since the Unix epoch. */
export function nowMs(clock: Clock): number {
  return Number(clock.nowNs() / 1_000_000n);
}

/** RFC 3339 in UTC, of milliseconds since the Unix epoch. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
