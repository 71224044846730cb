import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gzipBlocks } from './gzip-blocks.js';

const MIB = 1_048_576;

async function* cut(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function gzipped(bytes: Uint8Array, pieceBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of gzipBlocks(cut(bytes, pieceBytes))) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Bytes that compress well, and are different everywhere. */
function sample(length: number): Buffer {
  const bytes = Buffer.alloc(length, 'entry ');
  let state = 7;
  for (let at = 0; at < length; at += 97) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[at] = state >> 16;
  }
  return bytes;
}

it('is what any reader of gzip makes the same bytes of, around the size of a block too', async () => {
  for (const length of [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 77]) {
    const bytes = sample(length);
    expect(gunzipSync(await gzipped(bytes, 100_000)).equals(bytes), `${length} bytes`).toBe(true);
  }
});

it('does not depend on the pieces in which the bytes come', async () => {
  const bytes = sample(2 * MIB + 5);
  const whole = await gzipped(bytes, bytes.length);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 10_000, max: 3 * MIB }), async (pieceBytes) => {
      expect((await gzipped(bytes, pieceBytes)).equals(whole)).toBe(true);
    }),
    { numRuns: 5 },
  );
});

it('throws on what the pieces throw', async () => {
  async function* failing() {
    yield sample(3 * MIB);
    throw new Error('the store is gone');
  }
  const read = async () => {
    for await (const _ of gzipBlocks(failing()));
  };
  await expect(read()).rejects.toThrow('the store is gone');
});
