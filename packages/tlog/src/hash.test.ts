import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_ROOT, leafHash, nodeHash } from './hash.js';
import { TlogError } from './tlog-error.js';

const sha256 = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest());

describe('hashes', () => {
  it('has the empty root of RFC 6962', () => {
    expect(Buffer.from(EMPTY_ROOT).toString('base64')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });

  it('prefixes leaves with 0x00 and nodes with 0x01', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (entry) => {
        expect(leafHash(entry)).toEqual(sha256(Buffer.concat([Uint8Array.of(0), entry])));
      }),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (left, right) => {
          expect(nodeHash(left, right)).toEqual(sha256(Buffer.concat([Uint8Array.of(1), left, right])));
        },
      ),
    );
  });

  it('hashes entries around the largest that a bundle can frame, and views into larger buffers', () => {
    for (const length of [0, 1, 65_534, 65_535, 65_536, 100_000]) {
      const entry = new Uint8Array(length).fill(length % 251);
      expect(leafHash(entry)).toEqual(sha256(Buffer.concat([Uint8Array.of(0), entry])));
      const view = Buffer.concat([Buffer.from('before'), entry, Buffer.from('after')]).subarray(6, 6 + length);
      expect(leafHash(view)).toEqual(leafHash(entry));
    }
  });

  it('refuses node parts that are not hashes', () => {
    expect(() => nodeHash(new Uint8Array(31), new Uint8Array(32))).toThrow(TlogError);
    expect(() => nodeHash(new Uint8Array(32), new Uint8Array(33))).toThrow(TlogError);
  });
});
