import type { ReadyEvent } from './delivery.js';

const TIME = /"time":"([^"]{20,40})"/;

/** Age in milliseconds of the oldest of some events, by their own time; 0 for none. */
export function oldestAgeMs(events: readonly ReadyEvent[], nowMs: number): number {
  const times = events.map(({ json }) => timeMs(json)).filter((time) => !Number.isNaN(time));
  return times.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...times));
}

/** The event's own `time`, not one that its metadata happens to have. */
function timeMs(json: string): number {
  if (!TIME.test(json)) return Number.NaN;
  const { time } = JSON.parse(json) as { time?: unknown };
  return typeof time === 'string' ? Date.parse(time) : Number.NaN;
}
