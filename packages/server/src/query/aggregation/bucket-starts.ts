import { addUnits, type CalendarUnit, instantOf, startOf, type WallMs, wallOf } from '@attestlog/questions';

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 60 * MS_PER_MINUTE;
const NS_PER_MS = 1_000_000n;

interface BucketLength {
  readonly unit: CalendarUnit;
  readonly count: number;
}

/** Every length divides the next larger unit, so that stretches of time begin at the same places in each of it. */
const lengths = new Map<string, BucketLength>([
  ...[1, 5, 10, 15, 30].map((count): [string, BucketLength] => [`${count}m`, { unit: 'minute', count }]),
  ...[1, 2, 3, 4, 6, 8, 12].map((count): [string, BucketLength] => [`${count}h`, { unit: 'hour', count }]),
  ...(['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const).map((unit): [string, BucketLength] => [
    unit,
    { unit, count: 1 },
  ]),
]);

/** Names of the lengths that stretches of time may have: `15m`, `hour`, `day`, … Weeks begin on Monday. */
export const bucketLengths: readonly string[] = [...lengths.keys()];

export interface BucketRange {
  /** Nanoseconds since 1970, both inclusive. */
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly timeZone: string;
}

/**
 * Where the stretches of time begin that events of a range lie in, ascending, in milliseconds since 1970: the first at or
 * before the range, the last at or before its end. They follow the clock on the wall: days are as long as the day was
 * there, 23 or 25 hours when the clock changes. An hour that the clock shows twice is two; one that it skips is none.
 *
 * @param every one of {@link bucketLengths}
 * @returns undefined where there are more than `max`
 */
export function bucketStarts(
  every: string,
  { fromNs, toNs, timeZone }: BucketRange,
  max: number,
): number[] | undefined {
  const length = lengths.get(every);
  if (length === undefined) throw new RangeError(`no length of buckets: ${every}`);
  const [fromMs, toMs] = [floorMs(fromNs), floorMs(toNs)];
  const starts: number[] = [];
  const instantsOf = instantsIn(timeZone, length);
  for (const wall of wallStarts(length, wallOf(fromMs, timeZone))) {
    const [first, again] = instantsOf(wall);
    if (first > toMs) break;
    for (const start of again === undefined ? [first] : [first, again]) {
      if (start <= toMs) starts.push(start);
    }
    if (starts.length > max && starts.at(-1 - max)! > fromMs) return undefined;
  }
  const inOrder = [...new Set(starts)].sort((a, b) => a - b);
  const isBefore = inOrder.findLastIndex((start) => start <= fromMs);
  const wanted = inOrder.slice(Math.max(0, isBefore));
  return wanted.length > max ? undefined : wanted;
}

/** Clocks are put back by less; only dates of whole days that were left out are farther. */
const BACK_MS = 3 * MS_PER_HOUR;

/** Readings of the wall at which stretches begin, from one before all that the reading may mean. */
function* wallStarts({ unit, count }: BucketLength, wall: WallMs): Generator<WallMs> {
  if (unit === 'minute' || unit === 'hour') {
    const step = count * (unit === 'minute' ? MS_PER_MINUTE : MS_PER_HOUR);
    const day = startOf('day', wall);
    for (let at = day + Math.floor((wall - BACK_MS - day) / step) * step; ; at += step) yield at;
  }
  for (let at = addUnits(unit, startOf(unit, wall), -1); ; at = addUnits(unit, at, 1)) yield at;
}

/**
 * When the wall shows a reading: once, or twice where the clock is put back. Stretches of more than an hour do not begin
 * again at the second time; they are longer.
 */
function instantsIn(timeZone: string, { unit, count }: BucketLength): (wall: WallMs) => [number, number?] {
  const isShort = unit === 'minute' || (unit === 'hour' && count === 1);
  const offsetAt = (wall: WallMs) => wallOf(wall, timeZone) - wall;
  let day = Number.NaN;
  let steady: number | undefined;
  return (wall) => {
    // To ask for the offset of each stretch would take most of the time; on nearly all days it does not change.
    if (startOf('day', wall) !== day) {
      day = startOf('day', wall);
      const [before, after] = [offsetAt(day - 36 * MS_PER_HOUR), offsetAt(day + 60 * MS_PER_HOUR)];
      steady = before === after ? before : undefined;
    }
    if (steady !== undefined) return [wall - steady];
    const first = instantOf(wall, timeZone);
    const later = wall - offsetAt(first + 24 * MS_PER_HOUR);
    return isShort && later > first && wallOf(later, timeZone) === wall ? [first, later] : [first];
  };
}

function floorMs(ns: bigint): number {
  const ms = ns / NS_PER_MS;
  return Number(ns < 0n && ms * NS_PER_MS !== ns ? ms - 1n : ms);
}

/** A beginning in RFC 3339 with the offset that the zone has there: `2025-10-26T00:00:00+02:00`. */
export function zonedText(startMs: number, timeZone: string): string {
  const wall = wallOf(startMs, timeZone);
  const reading = new Date(wall)
    .toISOString()
    .replace(/\.000Z$/, '')
    .replace(/Z$/, '');
  const minutes = Math.round((wall - startMs) / MS_PER_MINUTE);
  if (minutes === 0) return `${reading}Z`;
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${reading}${minutes < 0 ? '-' : '+'}${two(hour)}:${two(minute)}`;
}
