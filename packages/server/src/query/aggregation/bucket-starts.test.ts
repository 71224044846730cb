import { isTimeZone } from '@attestlog/questions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketLengths, bucketStarts, zonedText } from './bucket-starts.js';

const ns = (text: string) => BigInt(Date.parse(text)) * 1_000_000n;

function texts(every: string, from: string, to: string, timeZone: string): string[] | undefined {
  const starts = bucketStarts(every, { fromNs: ns(from), toNs: ns(to), timeZone }, 100);
  return starts?.map((start) => zonedText(start, timeZone));
}

describe('where stretches of time begin', () => {
  it('days have 23 and 25 hours where the clock is changed', () => {
    const spring = bucketStarts(
      'day',
      { fromNs: ns('2025-03-29T12:00Z'), toNs: ns('2025-03-31T12:00Z'), timeZone: 'Europe/Berlin' },
      9,
    );
    expect(spring?.map((start, place) => (spring[place + 1]! - start) / 3_600_000).slice(0, 2)).toEqual([24, 23]);
    expect(texts('day', '2025-10-25T12:00Z', '2025-10-27T12:00Z', 'Europe/Berlin')).toEqual([
      '2025-10-25T00:00:00+02:00',
      '2025-10-26T00:00:00+02:00',
      '2025-10-27T00:00:00+01:00',
    ]);
  });

  it('an hour that the clock shows twice is two, one that it skips is none', () => {
    expect(texts('hour', '2025-10-26T00:30Z', '2025-10-26T02:00Z', 'Europe/Berlin')).toEqual([
      '2025-10-26T02:00:00+02:00',
      '2025-10-26T02:00:00+01:00',
      '2025-10-26T03:00:00+01:00',
    ]);
    expect(texts('hour', '2025-03-30T00:00Z', '2025-03-30T01:59Z', 'Europe/Berlin')).toEqual([
      '2025-03-30T01:00:00+01:00',
      '2025-03-30T03:00:00+02:00',
    ]);
    expect(texts('6h', '2025-10-25T22:00Z', '2025-10-26T06:00Z', 'Europe/Berlin')).toEqual([
      '2025-10-26T00:00:00+02:00',
      '2025-10-26T06:00:00+01:00',
    ]);
  });

  it('follows zones that are half an hour off, and clocks that are put back by half an hour', () => {
    expect(texts('hour', '2025-10-06T12:00Z', '2025-10-06T13:00Z', 'Asia/Kolkata')).toEqual([
      '2025-10-06T17:00:00+05:30',
      '2025-10-06T18:00:00+05:30',
    ]);
    expect(texts('15m', '2025-04-05T14:45Z', '2025-04-05T15:20Z', 'Australia/Lord_Howe')).toEqual([
      '2025-04-06T01:45:00+11:00',
      '2025-04-06T01:30:00+10:30',
      '2025-04-06T01:45:00+10:30',
    ]);
  });

  it.each([
    ['week', ['2025-09-29T00:00:00Z', '2025-10-06T00:00:00Z']],
    ['month', ['2025-10-01T00:00:00Z']],
    ['quarter', ['2025-10-01T00:00:00Z']],
    ['year', ['2025-01-01T00:00:00Z']],
  ])('a %s is one of the calendar', (every, expected) => {
    expect(texts(every, '2025-10-04T12:00Z', '2025-10-07T12:00Z', 'UTC')).toEqual(expected);
  });

  it('is nothing where there are too many', () => {
    expect(texts('1m', '2025-10-04T12:00Z', '2025-10-07T12:00Z', 'UTC')).toBeUndefined();
    expect(texts('1m', '2025-10-04T00:00Z', '2025-10-04T01:39:59Z', 'UTC')).toHaveLength(100);
  });

  it('covers the range without a gap, in order, and each begins where the clock is', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Casablanca',
    ];
    const from = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2027, 0) });
    const span = fc.integer({ min: 0, max: 8 * 86_400_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...bucketLengths),
        fc.constantFrom(...zones),
        from,
        span,
        (every, timeZone, at, ms) => {
          expect(isTimeZone(timeZone)).toBe(true);
          const range = { fromNs: BigInt(at) * 1_000_000n, toNs: BigInt(at + ms) * 1_000_000n, timeZone };
          const starts = bucketStarts(every, range, 30_000)!;
          expect(starts[0]).toBeLessThanOrEqual(at);
          expect(starts.at(-1)).toBeLessThanOrEqual(at + ms);
          for (const [place, start] of starts.entries()) {
            if (place > 0) expect(start).toBeGreaterThan(starts[place - 1]!);
            if (place > 1) expect(start - starts[place - 1]!).toBeLessThanOrEqual(366 * 86_400_000);
            // A range from there on begins with the same stretch.
            if (place === starts.length - 1) {
              expect(bucketStarts(every, { ...range, fromNs: BigInt(start) * 1_000_000n }, 30_000)?.[0]).toBe(start);
            }
          }
          expect(starts.filter((start) => start <= at)).toHaveLength(1);
        },
      ),
      { numRuns: 40 },
    );
  });
});
