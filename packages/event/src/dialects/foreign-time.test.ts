import { expect, it } from 'vitest';
import { foreignTime, timeOfNs } from './foreign-time.js';

it.each([
  ['2025-10-06T12:54:12.025979644Z', '2025-10-06T12:54:12.025979644Z'],
  ['2025-10-06t14:54:12.5+02:00', '2025-10-06T12:54:12.5Z'],
  ['2025-10-06 12:54:12', '2025-10-06T12:54:12Z'],
  ['2025-10-06T12:54:12.123456', '2025-10-06T12:54:12.123456Z'],
  ['2025-10-06 12:54:12.123456 UTC', '2025-10-06T12:54:12.123456Z'],
  ['2025-10-06 12:54:12,123', '2025-10-06T12:54:12.123Z'],
  ['2025-10-06 14:54:12+02', '2025-10-06T12:54:12Z'],
  ['2025-10-06T14:54:12 +0200', '2025-10-06T12:54:12Z'],
  ['2025-10-06T12:54:12.0123456789Z', '2025-10-06T12:54:12.012345678Z'],
  ['2025-02-30 00:00:00', undefined],
  ['2025-10-06', undefined],
  ['2025-10-06 12:54:12 EST', undefined],
  ['0001-01-01T00:00:00Z', undefined],
  [1_759_755_252, undefined],
  [null, undefined],
])('%j is %s', (text, time) => {
  expect(foreignTime(text)).toBe(time);
});

it('gives the time of a count, where an event can have it', () => {
  expect(timeOfNs(1_544_712_660_300_000_000n)).toBe('2018-12-13T14:51:00.300000000Z');
  expect(timeOfNs(2n ** 63n)).toBeUndefined();
  expect(timeOfNs(-(2n ** 63n))).toBeUndefined();
});
