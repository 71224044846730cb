import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bound, hmacSha256, hmacTag } from './hmac.js';

test('is HMAC-SHA-256 as the platform computes it, for every key and text', () => {
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(keys, fc.string({ unit: 'grapheme', maxLength: 200 }), (key, text) => {
      const expected = createHmac('sha256', key).update(text).digest();
      expect(hmacSha256(key, text).equals(expected)).toBe(true);
      expect(hmacTag(key, text)).toBe(expected.toString('base64url').slice(0, 22));
    }),
  );
  const [key, long] = [Buffer.alloc(32, 'k'), 'ü'.repeat(100_000)];
  expect(hmacSha256(key, long)).toEqual(createHmac('sha256', key).update(long).digest());
  expect(hmacSha256(key, '')).toEqual(createHmac('sha256', key).digest());
});

test('has the value of RFC 4231, test case 2', () => {
  // A shorter key is one with zeros behind it (RFC 2104, section 2).
  const jefe = Buffer.concat([Buffer.from('Jefe'), Buffer.alloc(28)]);
  expect(hmacSha256(jefe, 'what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('takes keys of 32 bytes only', () => {
  for (const bytes of [0, 31, 33, 64]) expect(() => hmacSha256(new Uint8Array(bytes), '')).toThrow(RangeError);
});

test('what a key is bound to tells its parts apart', () => {
  expect(bound('p', 'a', 'b')).not.toBe(bound('p', 'ab'));
  expect(bound('p', 'a', '')).not.toBe(bound('p', 'a'));
  expect(bound('p/a')).not.toBe(bound('p', 'a'));
});
