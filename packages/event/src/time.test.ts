import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldProblem } from './problem.js';
import { formatNs, type Moment, parseTime, TIME_MAX_NS, TIME_MIN_NS } from './time.js';

describe('parseTime', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n, '1970-01-01T00:00:00Z'],
    ['2025-10-06T12:54:12.025979644Z', 1_759_755_252_025_979_644n, '2025-10-06T12:54:12.025979644Z'],
    ['2025-10-06t12:54:12.50z', 1_759_755_252_500_000_000n, '2025-10-06T12:54:12.50Z'],
    ['2025-10-06T14:54:12.000+02:00', 1_759_755_252_000_000_000n, '2025-10-06T12:54:12.000Z'],
    ['2024-02-29T23:59:59-00:01', 1_709_251_259_000_000_000n, '2024-03-01T00:00:59Z'],
    ['1969-12-31T23:59:59.999999999Z', -1n, '1969-12-31T23:59:59.999999999Z'],
    ['1900-01-01T00:00:00Z', TIME_MIN_NS, '1900-01-01T00:00:00Z'],
    ['2262-04-11T23:47:16.854775807Z', TIME_MAX_NS, '2262-04-11T23:47:16.854775807Z'],
    ['2000-02-29T00:00:00-00:00', 951_782_400_000_000_000n, '2000-02-29T00:00:00Z'],
  ])('reads %s', (text, ns, canonical) => {
    expect(parseTime(text)).toEqual({ ns, text: canonical });
  });

  it.each([
    '',
    '2025-10-06',
    '2025-10-06T12:54:12',
    '2025-10-06 12:54:12Z',
    '2025-10-06T12:54:60Z',
    '2025-10-06T24:00:00Z',
    '2025-10-06T12:60:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2025-04-31T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-00-01T00:00:00Z',
    '2025-01-00T00:00:00Z',
    '2025-10-06T12:54:12.Z',
    '2025-10-06T12:54:12.0123456789Z',
    '2025-10-06T12:54:12+24:00',
    '2025-10-06T12:54:12+02',
    '2025-10-06T12:54:12Z\n',
    '٢٠٢٥-10-06T12:54:12Z',
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toMatchObject({ code: 'invalid-time', pointer: '/time' });
  });

  it.each([
    '1899-12-31T23:59:59.999999999Z',
    '2262-04-11T23:47:16.854775808Z',
    '1900-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  ])('refuses %s, which cannot be stored', (text) => {
    expect(parseTime(text, '/a/b')).toMatchObject({
      code: 'time-out-of-range',
      pointer: '/a/b',
    } satisfies Partial<FieldProblem>);
  });

  it('agrees with Date on every millisecond and offset', () => {
    const dates = fc.date({
      min: new Date('1900-01-03T00:00:00Z'),
      max: new Date('2262-04-09T00:00:00Z'),
      noInvalidDate: true,
    });
    const offsets = fc.integer({ min: -23 * 60, max: 23 * 60 });
    fc.assert(
      fc.property(dates, offsets, (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offset);
        const suffix = `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
        expect(parseTime(local + suffix)).toEqual({
          ns: BigInt(date.getTime()) * 1_000_000n,
          text: date.toISOString(),
        });
      }),
    );
  });

  it('reads any number of digits of fraction, beside any offset and case', () => {
    const fraction = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 });
    const offset = fc.constantFrom<[string, number]>(
      ['Z', 0],
      ['z', 0],
      ['+00:00', 0],
      ['-01:30', 5_400],
      ['+23:59', -86_340],
    );
    fc.assert(
      fc.property(fc.constantFrom('T', 't'), fraction, offset, (t, digits, [suffix, seconds]) => {
        const shown = digits === '' ? '' : `.${digits}`;
        const wholeSeconds = 1_759_755_252 + seconds;
        expect(parseTime(`2025-10-06${t}12:54:12${shown}${suffix}`)).toEqual({
          ns: BigInt(wholeSeconds) * 1_000_000_000n + BigInt(digits.padEnd(9, '0')),
          text: `${new Date(wholeSeconds * 1000).toISOString().slice(0, 19)}${shown}Z`,
        });
      }),
    );
  });

  it('has formatNs as its inverse', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: TIME_MIN_NS, max: TIME_MAX_NS }), (ns) => {
        const text = formatNs(ns);
        expect(text).toMatch(/\.\d{9}Z$/);
        expect(parseTime(text)).toEqual({ ns, text } satisfies Moment);
      }),
    );
  });
});
