import { MS_PER_DAY, type WallMs } from './zoned-time.js';

/** Arithmetic on the calendar of the wall: no time zone and no daylight saving in it. */

export type CalendarUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

const FIXED_MS: Partial<Record<CalendarUnit, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: MS_PER_DAY,
  week: 7 * MS_PER_DAY,
};
const MONTHS: Partial<Record<CalendarUnit, number>> = { month: 1, quarter: 3, year: 12 };

/** The first moment of the unit that `wall` lies in. Weeks begin on Monday (ISO 8601). */
export function startOf(unit: CalendarUnit, wall: WallMs): WallMs {
  const date = new Date(wall);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  switch (unit) {
    case 'year':
      return Date.UTC(year, 0, 1);
    case 'quarter':
      return Date.UTC(year, month - (month % 3), 1);
    case 'month':
      return Date.UTC(year, month, 1);
    case 'week':
      return startOf('day', wall) - weekdayOf(wall) * MS_PER_DAY;
    default: {
      const length = FIXED_MS[unit]!;
      return Math.floor(wall / length) * length;
    }
  }
}

/** So many units later. A day that the month lacks becomes its last: 31 January and a month is 28 February. */
export function addUnits(unit: CalendarUnit, wall: WallMs, count: number): WallMs {
  const fixed = FIXED_MS[unit];
  if (fixed !== undefined) return wall + count * fixed;
  const date = new Date(wall);
  const timeOfDay = wall - startOf('day', wall);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + count * MONTHS[unit]!;
  const year = Math.floor(months / 12);
  const month = months - year * 12;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + timeOfDay;
}

/** 0 is Monday, 6 is Sunday. */
export function weekdayOf(wall: WallMs): number {
  return (new Date(wall).getUTCDay() + 6) % 7;
}

/** The Monday with which a week of ISO 8601 begins: the first week of a year is the one with 4 January. */
export function startOfIsoWeek(year: number, week: number): WallMs {
  return startOf('week', Date.UTC(year, 0, 4)) + (week - 1) * 7 * MS_PER_DAY;
}
