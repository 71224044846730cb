/**
 * A reading of the calendar and the clock on a wall, as the milliseconds that the same reading has in UTC. Arithmetic on
 * it is free of daylight saving; {@link instantOf} brings it back.
 */
export type WallMs = number;

export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = 3_600_000;
export const MS_PER_DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATS = 64;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(timeZone, made);
  return made;
}

/** Tells whether this is a time zone that the runtime knows: `Europe/Berlin`, `UTC`. Offsets need Node 22. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What the wall shows in the zone at an instant (milliseconds since 1970 in UTC). */
export function wallOf(instantMs: number, timeZone: string): WallMs {
  if (timeZone === 'UTC') return instantMs;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(instantMs)) part[type] = Number(value);
  const seconds = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return seconds + (((instantMs % 1000) + 1000) % 1000);
}

/**
 * The instant at which the wall shows this. Where the clock is put back and shows it twice, the first; where it is put
 * forward and skips it, the instant as far behind the change as the reading.
 */
export function instantOf(wall: WallMs, timeZone: string): number {
  const before = wallOf(wall - MS_PER_DAY, timeZone) - (wall - MS_PER_DAY);
  const after = wallOf(wall + MS_PER_DAY, timeZone) - (wall + MS_PER_DAY);
  const first = wall - before;
  if (before === after || wallOf(first, timeZone) === wall) return first;
  const second = wall - after;
  return wallOf(second, timeZone) === wall ? second : first;
}
