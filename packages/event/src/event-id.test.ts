import { expect, it } from 'vitest';
import { uuidv7 } from './event-id.js';

it('gives the example of RFC 9562, appendix A.6', () => {
  // 0x17F22E279B0, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
  const random = Uint8Array.of(0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f);
  expect(uuidv7(0x17f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

it('sets version and variant whatever the random bytes, and sorts by time', () => {
  for (const fill of [0, 0xff]) {
    expect(uuidv7(1, new Uint8Array(10).fill(fill))).toMatch(
      /^00000000-0001-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }
  expect(uuidv7(1, new Uint8Array(10).fill(0xff)) < uuidv7(2, new Uint8Array(10))).toBe(true);
});

it('refuses times and random bytes that do not fit', () => {
  for (const time of [-1, 1.5, 2 ** 48, Number.NaN]) expect(() => uuidv7(time, new Uint8Array(10))).toThrow(RangeError);
  expect(() => uuidv7(0, new Uint8Array(9))).toThrow(RangeError);
});
