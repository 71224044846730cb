import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, isTimeZone, MS_PER_HOUR, wallOf } from './zoned-time.js';

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
const instant = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2040, 0) });

describe('the wall of a zone', () => {
  it('shows every instant, and leads back to it or to the first that shows the same', () => {
    fc.assert(
      fc.property(instant, fc.constantFrom(...zones), (ms, zone) => {
        const wall = wallOf(ms, zone);
        const back = instantOf(wall, zone);
        expect(wallOf(back, zone)).toBe(wall);
        expect(back).toBeLessThanOrEqual(ms);
        expect(ms - back).toBeLessThanOrEqual(MS_PER_HOUR);
      }),
    );
  });

  it('shows an hour twice when the clock is put back, and skips one when it is put forward', () => {
    const zone = 'Europe/Berlin';
    expect(instantOf(Date.UTC(2025, 9, 26, 2, 30), zone)).toBe(Date.UTC(2025, 9, 26, 0, 30));
    expect(instantOf(Date.UTC(2025, 2, 30, 2, 30), zone)).toBe(Date.UTC(2025, 2, 30, 1, 30));
    expect(instantOf(Date.UTC(2025, 2, 30, 3, 30), zone)).toBe(Date.UTC(2025, 2, 30, 1, 30));
  });

  it('is there for zones that the runtime knows only', () => {
    expect(zones.filter(isTimeZone)).toEqual(zones);
    expect(['', 'Mars/Olympus', 'Europe/Berlin; DROP'].filter(isTimeZone)).toEqual([]);
  });
});
