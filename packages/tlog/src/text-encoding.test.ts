import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromUtf8, hashFromBase64, parseDecimal, toBase64, utf8 } from './text-encoding.js';

describe('strict encodings', () => {
  it('read what they write', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string({ unit: 'grapheme' }), (n, text) => {
        expect(parseDecimal(String(n))).toBe(n);
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
  });

  it('refuse base64 that Node would let pass', () => {
    for (const text of ['AA', 'AB==', 'AA=', 'A A=', 'AA==\n', '-_8=', 'AA==AA==', '====', 'A']) {
      expect(fromBase64(text), text).toBeUndefined();
    }
    expect(hashFromBase64('AAAA')).toBeUndefined();
  });

  it('refuse decimals that are not plain or not safe', () => {
    for (const text of ['', '00', '+1', '1.', '0x1', '1_0', '９', String(2 ** 53)])
      expect(parseDecimal(text)).toBeUndefined();
    expect(parseDecimal(String(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('refuse bytes that are not UTF-8', () => {
    expect(fromUtf8(Uint8Array.of(0xc0, 0x80))).toBeUndefined();
    expect(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
  });
});
