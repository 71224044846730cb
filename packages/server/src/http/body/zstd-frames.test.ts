import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compressedLines, repeatingFrame, skippableFrame, storedFrame } from '../../../testing/zstd-samples.js';
import type { Problem } from '../../errors.js';
import { MAX_WINDOW_BYTES, ZstdFrames } from './zstd-frames.js';

const content = Buffer.from('some content, '.repeat(30));
const stream = Buffer.concat([
  storedFrame(content, { checksum: true }),
  skippableFrame(20),
  compressedLines,
  skippableFrame(0),
  storedFrame(new Uint8Array(0)),
  repeatingFrame(65, 3),
]);

/** What a walk over these pieces comes to. */
function walk(...pieces: Uint8Array[]): boolean | string {
  const frames = new ZstdFrames();
  try {
    for (const piece of pieces) frames.read(piece);
    return frames.complete;
  } catch (error) {
    return (error as Problem).code;
  }
}

test('frames of all kinds are walked over to their end', () => {
  expect(walk(stream)).toBe(true);
  expect(walk(compressedLines)).toBe(true);
});

test('however the bytes are split', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
      expect(walk(...places.slice(1).map((end, i) => stream.subarray(places[i], end)))).toBe(true);
    }),
  );
});

test('a frame that was cut off anywhere is not complete', () => {
  const frame = storedFrame(content, { checksum: true });
  for (let end = 0; end < frame.length; end++) expect(walk(frame.subarray(0, end))).toBe(false);
});

describe('the window', () => {
  test.each([
    [10, true],
    [23, true],
    [24, 'body-too-large'],
    [41, 'body-too-large'],
  ])('of 2^%i bytes: %s', (windowLog, outcome) => {
    expect(walk(storedFrame(content, { windowLog }))).toBe(outcome);
  });

  test('of a frame in one segment is its content', () => {
    const segment = (sizeBytes: number[], flag: number) =>
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, flag, ...sizeBytes, 1, 0, 0]);
    expect(walk(segment([5], 0x20))).toBe(true);
    expect(walk(segment([0xff, 0xff], 0x60))).toBe(true);
    expect(walk(segment([0, 0, 0x80, 0], 0xa0))).toBe(true);
    expect(walk(segment([1, 0, 0x80, 0], 0xa0))).toBe('body-too-large');
    expect(walk(segment([0, 0, 0, 0, 1, 0, 0, 0], 0xe0))).toBe('body-too-large');
    expect(MAX_WINDOW_BYTES).toBe(8 * 1024 * 1024);
  });

  test('is looked at in every frame', () => {
    expect(walk(stream, storedFrame(content, { windowLog: 30 }))).toBe('body-too-large');
  });
});

test.each([
  ['no magic number', [1, 2, 3, 4, 5]],
  ['a block of the reserved type', [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 7, 0, 0]],
])('%s is broken', (_what, bytes) => {
  expect(walk(Buffer.from(bytes))).toBe('body-encoding-broken');
});
