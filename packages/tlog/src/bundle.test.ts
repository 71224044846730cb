import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle } from './bundle.js';
import { TlogError } from './tlog-error.js';

const anyEntries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 });

describe('entry bundles', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(anyEntries, (entries) => {
        expect(decodeBundle(encodeBundle(entries), entries.length)).toEqual(entries);
        expect(decodeBundle(encodeBundle(entries))).toEqual(entries);
      }),
    );
  });

  it('frames with a big-endian uint16', () => {
    expect(encodeBundle([new Uint8Array(0), new Uint8Array(258)]).subarray(0, 4)).toEqual(Uint8Array.of(0, 0, 1, 2));
    const largest = new Uint8Array(65_535).fill(9);
    expect(decodeBundle(encodeBundle([largest]), 1)).toEqual([largest]);
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(TlogError);
    expect(() => encodeBundle(Array.from({ length: 257 }, () => new Uint8Array(1)))).toThrow(TlogError);
  });

  it('makes a partial bundle a prefix of its fuller version', () => {
    fc.assert(
      fc.property(anyEntries, fc.nat(256), (entries, count) => {
        const part = encodeBundle(entries.slice(0, count));
        expect(encodeBundle(entries).subarray(0, part.length)).toEqual(part);
      }),
    );
  });

  it('says where bytes are missing or too many', () => {
    const bytes = encodeBundle([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    expect(() => decodeBundle(bytes, 1)).toThrow('3 bytes follow the last of 1 entries, at byte 5');
    expect(() => decodeBundle(bytes, 3)).toThrow('2 entries where 3 are expected');
    expect(() => decodeBundle(bytes.subarray(0, 7), 2)).toThrow('entry 1, at byte 5, is cut off');
    expect(() => decodeBundle(bytes.subarray(0, 6), 2)).toThrow('entry 1, at byte 5, is cut off');
  });

  it('decodes arbitrary bytes to entries that encode to them, or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.option(fc.nat(10), { nil: undefined }), (bytes, count) => {
        try {
          expect(encodeBundle(decodeBundle(bytes, count))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TlogError);
        }
      }),
    );
  });
});
