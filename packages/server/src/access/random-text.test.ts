import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base62, fromBase62, randomText } from './random-text.js';

test('a text has the length that is asked for, of letters and digits', () => {
  for (const length of [0, 1, 12, 43, 500]) {
    expect(randomText(randomBytes, length)).toMatch(new RegExp(`^[0-9A-Za-z]{${length}}$`));
  }
});

test('no character is favoured: bytes that would favour the first ones are thrown away', () => {
  let asked = 0;
  const bytes = (count: number) => new Uint8Array(count).map(() => asked++ % 256);
  const counts = new Map<string, number>();
  for (const character of randomText(bytes, 62 * 40)) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect([...counts.values()].every((count) => count === 40)).toBe(true);
});

test('a number is read as it was written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
      const text = base62(value, 22);
      expect(text).toHaveLength(22);
      expect(fromBase62(text)).toBe(value);
    }),
  );
  expect(() => base62(62n ** 5n, 5)).toThrow(RangeError);
  expect(fromBase62('a-b')).toBeUndefined();
});
