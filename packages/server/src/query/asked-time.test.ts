import { formatNs } from '@attestlog/event';
import type { QuestionClock } from '@attestlog/questions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../errors.js';
import { readTimeRange } from './asked-time.js';

/** Wednesday, 15 October 2025, 14:30 in Berlin, two hours ahead of UTC. */
const clock: QuestionClock = { nowMs: Date.UTC(2025, 9, 15, 12, 30), timeZone: 'Europe/Berlin' };

function shown(text: string, of: QuestionClock = clock): string[] {
  const { fromNs, toNs } = readTimeRange({ from: text, to: text }, of);
  return [fromNs!, toNs!].map(formatNs);
}

function detailOf(asked: { from?: string; to?: string }, of: QuestionClock | undefined = clock): string {
  try {
    readTimeRange(asked, of);
  } catch (error) {
    if (error instanceof Problem && error.code === 'query-invalid') return error.detail!;
    throw error;
  }
  return 'was read';
}

describe('the time of a search', () => {
  it.each([
    ['2025-10-06T12:54:12.5+02:00', '2025-10-06T10:54:12.500000000Z', '2025-10-06T10:54:12.500000000Z'],
    ['yesterday', '2025-10-13T22:00:00.000000000Z', '2025-10-14T21:59:59.999999999Z'],
    ['Last 7 days', '2025-10-08T12:30:00.000000000Z', '2025-10-15T12:30:00.000000000Z'],
    ['2025-10-06', '2025-10-05T22:00:00.000000000Z', '2025-10-06T21:59:59.999999999Z'],
    ['2025-10-06 14:00', '2025-10-06T12:00:00.000000000Z', '2025-10-06T12:00:59.999999999Z'],
    [' now ', '2025-10-15T12:30:00.000000000Z', '2025-10-15T12:30:00.000000000Z'],
  ])('%j', (text, from, to) => {
    expect(shown(text)).toEqual([from, to]);
  });

  it('goes by its time zone', () => {
    expect(shown('today', { ...clock, timeZone: 'UTC' })[0]).toBe('2025-10-15T00:00:00.000000000Z');
  });

  it.each([
    [{ from: 'someday' }, '"from" is no time that can be read in "someday"; write RFC 3339'],
    [{ to: '' }, '"to" is no time'],
    [{ from: '04/05/2025' }, '"from" can be read in two ways'],
    [{ from: 'before Monday' }, '"from" has no beginning'],
    [{ to: 'since Monday' }, '"to" has no end'],
    [{ from: '2025-02-30T00:00:00Z' }, '"from" must be an RFC 3339 time'],
    [{ to: '2025-10-06T12:54:60Z' }, '"to" must be an RFC 3339 time'],
    [{ from: '9999-01-01T00:00:00Z' }, '"from" must be an RFC 3339 time'],
  ])('says of %j what can be written', (asked, detail) => {
    expect(detailOf(asked)).toContain(detail);
  });

  it('has no words without a clock', () => {
    expect(() => readTimeRange({ from: 'yesterday' }, undefined)).toThrow(Problem);
    expect(readTimeRange({}, undefined)).toEqual({});
  });

  it('is read, or refused, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc
        .array(fc.constantFrom('last', '7', 'days', 'since', '2025-10-06', 'Monday', '14:00', 'T', 'Z', '-'))
        .map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, (from) => void detailOf({ from })),
      { numRuns: 300 },
    );
  });
});
