import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArrowColumn, bytesColumn, hashColumn, namesColumn, uint8Column, uint64Column } from './arrow-columns.js';

/** Reads a column with 32-bit offsets as the engine does. */
function stringsOf({ length, buffers }: ArrowColumn): string[] {
  const [, offsets, data] = buffers as [null, Buffer, Buffer];
  const at = (i: number) => offsets.readInt32LE(i * 4);
  return Array.from({ length }, (_, i) => data.toString('utf8', at(i), at(i + 1)));
}

test('names stand in every row', () => {
  const names = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(names, fc.array(fc.nat(), { maxLength: 30 }), (texts, places) => {
      const placeOf = Uint32Array.from(places, (place) => place % texts.length);
      const column = namesColumn('n', texts, placeOf);
      const encodable = texts.map((text) => Buffer.from(text).toString());
      expect(stringsOf(column)).toEqual(Array.from(placeOf, (place) => encodable[place]));
      expect([column.format, column.length]).toEqual(['u', places.length]);
    }),
  );
});

describe('byte strings', () => {
  test('are taken as they lie, also out of the middle of other bytes', () => {
    const bytes = Buffer.from('--onetwo!').subarray(2);
    const column = bytesColumn('entry', bytes, Uint32Array.of(9, 0, 3, 3, 6).subarray(1));
    expect(stringsOf(column)).toEqual(['one', '', 'two']);
    expect(column.buffers[2]!.buffer).toBe(bytes.buffer);
  });

  test('that Arrow cannot count are refused', () => {
    const tooLong = Object.create(Uint8Array.prototype, { length: { value: 2 ** 31 } }) as Uint8Array;
    expect(() => bytesColumn('entry', tooLong, Uint32Array.of(0))).toThrow(RangeError);
  });
});

test('numbers are as they were up to 2^53', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), (numbers) => {
      const column = uint64Column('u', Float64Array.from(numbers));
      expect(numbers.map((_, i) => Number(column.buffers[1]!.readBigUInt64LE(i * 8)))).toEqual(numbers);
    }),
  );
  const largest = uint64Column('u', Float64Array.of(Number.MAX_SAFE_INTEGER));
  expect(largest.buffers[1]!.readBigUInt64LE(0)).toBe(2n ** 53n - 1n);
});

test('columns of fixed width count their values', () => {
  expect(uint8Column('level', Uint8Array.of(0, 1, 2))).toMatchObject({ format: 'C', length: 3 });
  expect(hashColumn('hash', new Uint8Array(96))).toMatchObject({ format: 'w:32', length: 3 });
});
