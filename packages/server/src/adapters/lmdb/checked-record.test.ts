import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from './checked-record.js';

const bytes = fc.uint8Array({ maxLength: 64 });
const key = fc.uint8Array({ minLength: 1, maxLength: 16 });

test('a record comes back as it was', () => {
  fc.assert(
    fc.property(key, fc.maxSafeNat(), bytes, (k, number, b) => {
      expect(decodeRecord(k, encodeRecord(k, { number, bytes: b }))).toEqual({ number, bytes: b });
    }),
  );
});

test('a flipped bit anywhere is found', () => {
  fc.assert(
    fc.property(key, bytes, fc.nat(), (k, b, place) => {
      const value = encodeRecord(k, { number: 7, bytes: b });
      const bit = place % (value.length * 8);
      value[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeRecord(k, value)).toBeUndefined();
    }),
  );
});

test('a value under another key, or cut short, is found', () => {
  const value = encodeRecord(Buffer.from('a'), { number: 1, bytes: Buffer.from('text') });
  expect(decodeRecord(Buffer.from('b'), value)).toBeUndefined();
  for (let length = 0; length < value.length; length += 1) {
    expect(decodeRecord(Buffer.from('a'), value.subarray(0, length))).toBeUndefined();
  }
});

test('a value shares nothing with the bytes it was made from', () => {
  const text = Buffer.from('text');
  const value = encodeRecord(Buffer.from('a'), { number: 1, bytes: text });
  text.fill(0);
  expect(Buffer.from(decodeRecord(Buffer.from('a'), value)!.bytes).toString()).toBe('text');
});
