import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatNs, TIME_MAX_NS } from '../time.js';
import { readTimeInterval } from './time-interval.js';

const read = (text: string) => {
  const interval = readTimeInterval(text);
  if (interval === undefined) throw new Error(`${text} is no time`);
  return interval;
};
const two = (number: number) => String(number).padStart(2, '0');

it.each([
  ['2025-10-06', '2025-10-06T00:00:00.000000000Z', '2025-10-06T23:59:59.999999999Z'],
  ['2025-10-06T12', '2025-10-06T12:00:00.000000000Z', '2025-10-06T12:59:59.999999999Z'],
  ['2025-10-06T12:54+02:00', '2025-10-06T10:54:00.000000000Z', '2025-10-06T10:54:59.999999999Z'],
  ['2025-10-06t12:54:12z', '2025-10-06T12:54:12.000000000Z', '2025-10-06T12:54:12.999999999Z'],
  ['2025-10-06T12:54:12.02', '2025-10-06T12:54:12.020000000Z', '2025-10-06T12:54:12.029999999Z'],
  ['2262', '2262-01-01T00:00:00.000000000Z', formatNs(TIME_MAX_NS)],
])('%s is from %s to %s', (text, first, last) => {
  const { firstNs, lastNs } = read(text);
  expect([formatNs(firstNs), formatNs(lastNs)]).toEqual([first, last]);
});

it('years, months and days follow one another without a gap', () => {
  for (const year of [1900, 1999, 2000, 2024, 2025, 2100]) {
    const months = Array.from({ length: 12 }, (_, month) => read(`${year}-${two(month + 1)}`));
    const whole = read(String(year));
    expect(months[0]?.firstNs).toBe(whole.firstNs);
    expect(months[11]?.lastNs).toBe(whole.lastNs);
    expect(read(String(year + 1)).firstNs).toBe(whole.lastNs + 1n);
    for (const [place, { lastNs }] of months.slice(0, -1).entries())
      expect(months[place + 1]?.firstNs).toBe(lastNs + 1n);
    expect(read(`${year}-12-31`).lastNs).toBe(whole.lastNs);
  }
});

it('a time with all nine digits is itself alone', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -2_208_988_800_000_000_000n, max: TIME_MAX_NS }), (ns) => {
      expect(read(formatNs(ns))).toEqual({ firstNs: ns, lastNs: ns });
    }),
  );
});

it.each([
  '',
  'today',
  '25',
  '2025-13',
  '2025-02-29',
  '2025-10-06T24',
  '2025-10-06T12:60',
  '2025-10-06T12:54:60',
  '1899',
  '2263',
  '2025-10+02:00',
  ' 2025',
])('%j is no time', (text) => {
  expect(readTimeInterval(text)).toBeUndefined();
});
