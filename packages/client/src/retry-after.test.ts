import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.js';

test.each([
  ['7', 7000],
  [' 0 ', 0],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('Retry-After: %s', (header, wait) => {
  expect(parseRetryAfter(header, Date.UTC(2026, 0, 1))).toBe(wait);
});
