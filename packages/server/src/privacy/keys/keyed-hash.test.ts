import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyedHash } from './keyed-hash.js';

const hex = (binary: string) => Buffer.from(binary, 'latin1').toString('hex');

test('is SHA-256 of the key, the length and the text', () => {
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const texts = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.constant('ü'.repeat(50_000)));
  fc.assert(
    fc.property(keys, texts, (key, text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      expect(hex(keyedHash(key, text))).toBe(
        createHash('sha256').update(key).update(length).update(text).digest('hex'),
      );
    }),
  );
});

test('takes keys of 32 bytes only, so that no key runs into a text', () => {
  for (const bytes of [0, 31, 33, 64]) expect(() => keyedHash(new Uint8Array(bytes), '')).toThrow(RangeError);
});
