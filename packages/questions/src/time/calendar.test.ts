import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUnits, type CalendarUnit, startOf, startOfIsoWeek, weekdayOf } from './calendar.js';
import { MS_PER_DAY } from './zoned-time.js';

const units: readonly CalendarUnit[] = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
const wall = fc.integer({ min: Date.UTC(1950, 0), max: Date.UTC(2100, 0) });

describe('units of the calendar', () => {
  it('hold every moment, one after the other without a gap', () => {
    fc.assert(
      fc.property(wall, fc.constantFrom(...units), (at, unit) => {
        const start = startOf(unit, at);
        const next = addUnits(unit, start, 1);
        expect(start <= at && at < next).toBe(true);
        expect(startOf(unit, next)).toBe(next);
        expect(startOf(unit, next - 1)).toBe(start);
      }),
    );
  });

  it('make the last day of a month of one that the month lacks', () => {
    expect(addUnits('month', Date.UTC(2025, 0, 31, 9), 1)).toBe(Date.UTC(2025, 1, 28, 9));
    expect(addUnits('year', Date.UTC(2024, 1, 29), -1)).toBe(Date.UTC(2023, 1, 28));
    expect(addUnits('quarter', Date.UTC(2025, 0, 15), -1)).toBe(Date.UTC(2024, 9, 15));
  });

  it('have weeks of ISO 8601: from Monday, the first with 4 January', () => {
    expect(startOfIsoWeek(2025, 1)).toBe(Date.UTC(2024, 11, 30));
    expect(startOfIsoWeek(2026, 53)).toBe(Date.UTC(2026, 11, 28));
    fc.assert(
      fc.property(fc.integer({ min: 1950, max: 2100 }), (year) => {
        const start = startOfIsoWeek(year, 1);
        expect(weekdayOf(start)).toBe(0);
        expect(new Date(start + 3 * MS_PER_DAY).getUTCFullYear()).toBe(year);
      }),
    );
  });
});
