import { expect, it } from 'vitest';
import { backoffMs, parseRetryAfter } from './backoff.js';

it('grows, spreads, and stays below its limit', () => {
  expect([1, 2, 3, 20].map((attempt) => backoffMs(attempt, 1))).toEqual([250, 500, 1000, 15_000]);
  expect([1, 20].map((attempt) => backoffMs(attempt, 0))).toEqual([125, 7500]);
});

it('honours what the server asks for, within reason', () => {
  expect(backoffMs(1, 1, 3000)).toBe(3000);
  expect(backoffMs(1, 1, 86_400_000)).toBe(60_000);
});

it('reads Retry-After in seconds and as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(parseRetryAfter('7', now)).toBe(7000);
  expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5000);
  expect(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  for (const header of [null, undefined, '', 'soon']) expect(parseRetryAfter(header, now)).toBeUndefined();
});
