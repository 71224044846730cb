import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPortFailure } from '../../ports/failure.js';
import { RowBinaryReader } from './row-binary.js';

function encode(value: number | bigint | Uint8Array): Buffer {
  if (typeof value === 'number') return encode64((b) => b.writeBigUInt64LE(BigInt(value)));
  if (typeof value === 'bigint') return encode64((b) => b.writeBigInt64LE(value));
  const length: number[] = [];
  let rest = value.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) length.push((rest % 128) + 0x80);
  return Buffer.concat([Buffer.from([...length, rest]), value]);
}

function encode64(write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(8);
  write(buffer);
  return buffer;
}

const row = fc.tuple(
  fc.nat(Number.MAX_SAFE_INTEGER),
  fc.uint8Array({ maxLength: 400 }),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);

describe('RowBinary', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const reader = new RowBinaryReader(Buffer.concat(rows.flat().map(encode)));
        for (const [count, bytes, signed] of rows) {
          expect(reader.uint64()).toBe(count);
          expect(Uint8Array.from(reader.bytes())).toEqual(bytes);
          expect(reader.int64()).toBe(signed);
        }
        expect(reader.done).toBe(true);
      }),
    );
  });

  it('that ends too early is an error, never a short value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (bytes, cut) => {
        const whole = encode(bytes);
        const reader = new RowBinaryReader(whole.subarray(0, cut % whole.length));
        let failure: unknown;
        try {
          reader.bytes();
        } catch (error) {
          failure = error;
        }
        expect(isPortFailure(failure, 'unavailable')).toBe(true);
      }),
    );
  });
});
