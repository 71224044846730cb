import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPeriod, readPeriodText } from './period.js';
import type { QuestionClock } from './question-clock.js';

/** Wednesday, 15 October 2025, 14:30 in Berlin, which is two hours ahead of UTC until 26 October. */
const clock: QuestionClock = { nowMs: Date.UTC(2025, 9, 15, 12, 30), timeZone: 'Europe/Berlin' };
const NOW = '2025-10-15 12:30:00';

/** The two ends in UTC to the second; an end that is the last nanosecond of a second is shown as the next second. */
function shown(text: string, from: QuestionClock = clock): string {
  const period = readPeriodText(text, from);
  if (period === undefined) return 'not a period';
  const second = (time: string | undefined) => {
    if (time === undefined) return '';
    const isEnd = time.endsWith('.999999999Z');
    return new Date(Date.parse(`${time.slice(0, 19)}Z`) + (isEnd ? 1000 : 0))
      .toISOString()
      .slice(0, 19)
      .replace('T', ' ');
  };
  return `${second(period.from)} .. ${second(period.to)}`;
}

const day = (start: string) => `${start} 22:00:00 .. ${nextDay(start)} 22:00:00`;
const nextDay = (date: string) => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);

describe('periods in words', () => {
  it.each([
    ['last 7 days', `2025-10-08 12:30:00 .. ${NOW}`],
    ['the past 24h', `2025-10-14 12:30:00 .. ${NOW}`],
    ['last fifteen minutes', `2025-10-15 12:15:00 .. ${NOW}`],
    ['in the last couple of hours', `2025-10-15 10:30:00 .. ${NOW}`],
    ['last 6 months', `2025-04-15 12:30:00 .. ${NOW}`],
    ['last fortnight', `2025-10-01 12:30:00 .. ${NOW}`],
    ['last hour', `2025-10-15 11:30:00 .. ${NOW}`],
    ['past month', `2025-09-15 12:30:00 .. ${NOW}`],
    ['last week', '2025-10-05 22:00:00 .. 2025-10-12 22:00:00'],
    ['last month', '2025-08-31 22:00:00 .. 2025-09-30 22:00:00'],
    ['last quarter', '2025-06-30 22:00:00 .. 2025-09-30 22:00:00'],
    ['last year', '2023-12-31 23:00:00 .. 2024-12-31 23:00:00'],
    ['this week', `2025-10-12 22:00:00 .. ${NOW}`],
    ['this year', `2024-12-31 23:00:00 .. ${NOW}`],
    ['today', `2025-10-14 22:00:00 .. ${NOW}`],
    ['yesterday', day('2025-10-13')],
    ['the day before yesterday', day('2025-10-12')],
    ['3 days ago', day('2025-10-11')],
    ['2 weeks ago', day('2025-09-30')],
    ['last night', '2025-10-14 16:00:00 .. 2025-10-15 04:00:00'],
    ['this morning', '2025-10-15 04:00:00 .. 2025-10-15 10:00:00'],
    ['yesterday at 3pm', '2025-10-14 13:00:00 .. 2025-10-14 14:00:00'],
    ['yesterday at 15:20', '2025-10-14 13:20:00 .. 2025-10-14 13:21:00'],
    ['yesterday between 14:00 and 15:00', '2025-10-14 12:00:00 .. 2025-10-14 13:00:00'],
    ['between 22:00 and 06:00 last night', '2025-10-14 20:00:00 .. 2025-10-15 04:00:00'],
    ['yesterday after 18:00', '2025-10-14 16:00:00 .. 2025-10-14 22:00:00'],
    ['before 8am today', ' .. 2025-10-15 06:00:00'],
    ['between midnight and 6am today', '2025-10-14 22:00:00 .. 2025-10-15 04:00:00'],
    ['between 10pm and midnight yesterday', '2025-10-14 20:00:00 .. 2025-10-14 22:00:00'],
    ['between 9am and 5pm yesterday', '2025-10-14 07:00:00 .. 2025-10-14 15:00:00'],
    ['on Monday', day('2025-10-12')],
    ['last Wednesday', day('2025-10-07')],
    ['wednesday', `2025-10-14 22:00:00 .. ${NOW}`],
    ['over the weekend', '2025-10-10 22:00:00 .. 2025-10-12 22:00:00'],
    ['since Monday', '2025-10-12 22:00:00 .. '],
    ['since 08:00 today', '2025-10-15 06:00:00 .. '],
    ['before 1 October 2025', ' .. 2025-09-30 22:00:00'],
    ['until 1 October', ' .. 2025-10-01 22:00:00'],
    ['after 6 October', '2025-10-06 22:00:00 .. '],
    ['on 3 October', day('2025-10-02')],
    ['on the 3rd of October, 2024', day('2024-10-02')],
    ['between 1 October and 5 October', '2025-09-30 22:00:00 .. 2025-10-05 22:00:00'],
    ['from Oct 1 to Oct 7', '2025-09-30 22:00:00 .. 2025-10-07 22:00:00'],
    ['from 2025-10-01 to 2025-10-05', '2025-09-30 22:00:00 .. 2025-10-05 22:00:00'],
    ['since 1 September until yesterday', '2025-08-31 22:00:00 .. 2025-10-14 22:00:00'],
    ['in September', '2025-08-31 22:00:00 .. 2025-09-30 22:00:00'],
    ['in December', '2024-11-30 23:00:00 .. 2024-12-31 23:00:00'],
    ['in March 2024', '2024-02-29 23:00:00 .. 2024-03-31 22:00:00'],
    ['from January to March 2025', '2024-12-31 23:00:00 .. 2025-03-31 22:00:00'],
    ['in 2024', '2023-12-31 23:00:00 .. 2024-12-31 23:00:00'],
    ['Q3', '2025-06-30 22:00:00 .. 2025-09-30 22:00:00'],
    ['Q4 2024', '2024-09-30 22:00:00 .. 2024-12-31 23:00:00'],
    ['Q4', '2025-09-30 22:00:00 .. 2025-10-15 12:30:00'],
    ['during the first quarter of 2025', '2024-12-31 23:00:00 .. 2025-03-31 22:00:00'],
    ['calendar week 40', '2025-09-28 22:00:00 .. 2025-10-05 22:00:00'],
    ['on 14.10.2025', day('2025-10-13')],
    ['2025/10/02', day('2025-10-01')],
    ['2025-10-01T12:00:00Z', '2025-10-01 12:00:00 .. 2025-10-01 12:00:01'],
    ['at 17:00 UTC yesterday', '2025-10-14 17:00:00 .. 2025-10-14 17:01:00'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    'orders',
    'last order',
    '',
    'yesterday by jane',
    '04/05/2025',
    'may',
    'INV-2025-001',
    'week 54',
    'since today and before yesterday',
    'from 2001:db8::/32',
  ])('%j is none', (text) => {
    expect(shown(text)).toBe('not a period');
  });

  it('reads a date of two meanings as it is told to', () => {
    expect(shown('04/05/2025', { ...clock, dateOrder: 'day-first' })).toBe(day('2025-05-03'));
    expect(shown('04/05/2025', { ...clock, dateOrder: 'month-first' })).toBe(day('2025-04-04'));
    expect(readPeriod('logins on 04/05/2025', clock).ambiguous).toEqual([{ offset: 10, text: '04/05/2025' }]);
  });

  it('has both ends inclusive, with nine digits, in UTC', () => {
    expect(readPeriodText('yesterday', clock)).toEqual({
      from: '2025-10-13T22:00:00.000000000Z',
      to: '2025-10-14T21:59:59.999999999Z',
    });
    expect(readPeriodText('today', clock)?.to).toBe('2025-10-15T12:30:00.000000000Z');
  });

  it('gives days of 23 and 25 hours their length', () => {
    const afterChange = { ...clock, nowMs: Date.UTC(2025, 9, 28) };
    expect(shown('on 26 October', afterChange)).toBe('2025-10-25 22:00:00 .. 2025-10-26 23:00:00');
    expect(shown('on 30 March', clock)).toBe('2025-03-29 23:00:00 .. 2025-03-30 22:00:00');
  });

  it('takes the day of the zone, not of UTC', () => {
    const late = Date.UTC(2025, 9, 15, 23, 30);
    expect(shown('yesterday', { nowMs: late, timeZone: 'Asia/Tokyo' })).toBe(
      '2025-10-14 15:00:00 .. 2025-10-15 15:00:00',
    );
    expect(shown('yesterday', { nowMs: late, timeZone: 'America/New_York' })).toBe(
      '2025-10-14 04:00:00 .. 2025-10-15 04:00:00',
    );
  });

  it('says where the words stand, with the word in front of them', () => {
    const text = 'Logins since Monday by jane';
    const { spans } = readPeriod(text, clock);
    expect(spans.map(({ offset, end }) => text.slice(offset, end))).toEqual(['since Monday']);
  });

  it('never fails, and never ends a period before it begins without both ends being written', () => {
    const words = fc.constantFrom(
      ...['last', '7', 'days', 'since', 'monday', 'between', 'and', '14:00', 'yesterday', 'to', '2025', 'may', 'ago'],
      ...['q3', 'week', '99', 'before', '31/02/2025', 'İ', 'from', 'hour', '-', 'sat', '10', 'October'],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words).map((list) => list.join(' ')),
          fc.string(),
        ),
        (text) => {
          const { spans } = readPeriod(text, clock);
          for (const { offset, end } of spans) expect(offset >= 0 && offset < end && end <= text.length).toBe(true);
        },
      ),
    );
  });
});

describe('words that are about this moment', () => {
  const nowMs = Date.UTC(2025, 9, 15, 12, 30, 45, 123);

  it.each(['UTC', 'America/Los_Angeles', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Kiritimati'])(
    'mean the same moment in %s as everywhere',
    (timeZone) => {
      const at = { nowMs, timeZone };
      const now = '2025-10-15T12:30:45.123000000Z';
      expect(readPeriodText('now', at)).toEqual({ from: now, to: now });
      expect(readPeriodText('until now', at)).toEqual({ to: now });
      expect(readPeriodText('last 90 seconds', at)).toEqual({ from: '2025-10-15T12:29:15.123000000Z', to: now });
      expect(shown('30 seconds ago', at)).toBe('2025-10-15 12:30:15 .. 2025-10-15 12:30:16');
      expect(shown('half an hour ago', at)).toBe('2025-10-15 12:00:45 .. 2025-10-15 12:01:45');
      expect(shown('1.5 hours ago', at)).toBe('2025-10-15 11:00:45 .. 2025-10-15 11:00:46');
      expect(shown('2025-10-06T14:00+02:00', at)).toBe('2025-10-06 12:00:00 .. 2025-10-06 12:01:00');
    },
  );

  it('go by elapsed time where the clock is put forward or back', () => {
    fc.assert(
      fc.property(
        // Around the changes of 2025 in Berlin, Los Angeles and Lord Howe, where it is half an hour.
        fc.constantFrom(
          Date.UTC(2025, 2, 30, 1),
          Date.UTC(2025, 9, 26, 1),
          Date.UTC(2025, 10, 2, 9),
          Date.UTC(2025, 3, 5, 15),
        ),
        fc.integer({ min: -10_800, max: 10_800 }),
        fc.constantFrom('Europe/Berlin', 'America/Los_Angeles', 'Australia/Lord_Howe'),
        fc.constantFrom(['2 hours ago', 7200], ['half an hour ago', 1800], ['20 seconds ago', 20], ['now', 0]),
        (change, seconds, timeZone, [text, back]) => {
          const at = { nowMs: change + seconds * 1000, timeZone };
          const from = Date.parse(readPeriodText(String(text), at)!.from!);
          expect(from).toBe(at.nowMs - Number(back) * 1000);
        },
      ),
    );
  });

  it('have this hour begin in the hour that the clock shows, the first or the second time', () => {
    const berlin = (hour: number) => ({ nowMs: Date.UTC(2025, 9, 26, hour, 40), timeZone: 'Europe/Berlin' });
    expect(readPeriodText('this hour', berlin(0))?.from).toBe('2025-10-26T00:00:00.000000000Z');
    expect(readPeriodText('this hour', berlin(1))?.from).toBe('2025-10-26T01:00:00.000000000Z');
  });
});

describe('days on which the clock is put forward or back', () => {
  it.each([
    ['yesterday', 'Europe/Berlin', Date.UTC(2025, 9, 27, 9), '2025-10-25 22:00:00 .. 2025-10-26 23:00:00'],
    ['today', 'Europe/Berlin', Date.UTC(2025, 2, 30, 20), '2025-03-29 23:00:00 .. 2025-03-30 20:00:00'],
    ['yesterday', 'Europe/Berlin', Date.UTC(2025, 2, 31, 9), '2025-03-29 23:00:00 .. 2025-03-30 22:00:00'],
    ['yesterday at 02:30', 'Europe/Berlin', Date.UTC(2025, 9, 27, 9), '2025-10-26 00:30:00 .. 2025-10-26 00:31:00'],
    ['this morning', 'America/Los_Angeles', Date.UTC(2025, 10, 2, 22), '2025-11-02 14:00:00 .. 2025-11-02 20:00:00'],
    ['yesterday', 'America/Los_Angeles', Date.UTC(2025, 10, 3, 18), '2025-11-02 07:00:00 .. 2025-11-03 08:00:00'],
    ['last 2 days', 'Europe/Berlin', Date.UTC(2025, 9, 27, 9), '2025-10-25 08:00:00 .. 2025-10-27 09:00:00'],
    ['last 48 hours', 'Europe/Berlin', Date.UTC(2025, 9, 27, 9), '2025-10-25 09:00:00 .. 2025-10-27 09:00:00'],
    ['last week', 'Pacific/Auckland', Date.UTC(2025, 8, 30, 0), '2025-09-21 12:00:00 .. 2025-09-28 11:00:00'],
  ])('%s in %s', (text, timeZone, nowMs, expected) => {
    expect(shown(text, { nowMs, timeZone })).toBe(expected);
  });
});
