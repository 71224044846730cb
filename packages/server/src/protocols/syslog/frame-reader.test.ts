import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader, type SyslogFrame } from './frame-reader.js';

const MAX_BYTES = 100;

/** The messages of a stream that comes in these pieces, with what is left at its end. */
function framesOf(pieces: readonly (string | Uint8Array)[], maxBytes = MAX_BYTES): SyslogFrame[] {
  const reader = new FrameReader(maxBytes);
  const frames = pieces.flatMap((piece) => reader.push(Buffer.from(piece)));
  const rest = reader.end();
  return rest === undefined ? frames : [...frames, rest];
}
const textsOf = (...pieces: string[]) => framesOf(pieces).map(({ bytes }) => bytes.toString());

describe('a stream', () => {
  test.each([
    ['counted messages', '5 <1>ab7 <2>c\nd\n', ['<1>ab', '<2>c\nd']],
    ['lines', '<1>a\n<2>b\r\n', ['<1>a', '<2>b']],
    ['both, as they come', '5 <1>ab<2>line\n5 <3>cd', ['<1>ab', '<2>line', '<3>cd']],
    ['lines that begin with a number', '12 monkeys\n2025-10-06 up\n5 \n', ['12 monkeys', '2025-10-06 up', '5 ']],
    [
      'a count that no message can have',
      '999999999 <1>a\n0 <1>b\n012 <1>c\n',
      ['999999999 <1>a', '0 <1>b', '012 <1>c'],
    ],
    ['blank lines', '\n\r\n\n<1>a\n\n', ['<1>a']],
    ['counted messages with a line feed behind', '5 <1>ab\n5 <2>cd\n', ['<1>ab', '<2>cd']],
    ['nothing', '', []],
  ])('of %s', (_what, text, messages) => {
    expect(textsOf(text)).toEqual(messages);
  });

  test('says of a message that its stream ended before it did', () => {
    expect(framesOf(['5 <1>ab9 <2>c'])).toMatchObject([{ isCut: false }, { isCut: true }]);
    expect(framesOf(['<1>ab\n<2>c'])).toMatchObject([{ isCut: false }, { isCut: true }]);
    expect(framesOf(['12'])).toMatchObject([{ bytes: Buffer.from('12'), isCut: true }]);
  });

  test.each([
    ['counted', `250 <1>${'x'.repeat(247)}`],
    ['line', `<1>${'x'.repeat(247)}\n`],
  ])('keeps the beginning of a %s that is too long, counts the rest, and goes on', (_how, long) => {
    const frames = framesOf([`${long}5 <2>ok`]);
    expect(frames.map(({ bytes, droppedBytes }) => [bytes.length, droppedBytes])).toEqual([
      [100, 150],
      [5, 0],
    ]);
  });
});

const message = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .map((text) => `<13>${text}`)
  .filter((text) => !text.endsWith('\n'));
const line = message.filter((text) => !/[\r\n]/.test(text));
const frame = fc.oneof(
  message.map((text) => ({ text, framed: `${Buffer.byteLength(text)} ${text}` })),
  line.map((text) => ({ text, framed: `${text}\n` })),
);

/** The same bytes in pieces. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(start, start + size));
    start += size;
  }
  return [...pieces, bytes.subarray(start)];
}

test('messages are the same however they were framed, and however the stream was cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.integer({ min: 0, max: 12 })), (frames, sizes) => {
      const bytes = Buffer.from(frames.map(({ framed }) => framed).join(''));
      const found = framesOf(cut(bytes, sizes), 1000);
      expect(found.map(({ bytes: one }) => one.toString())).toEqual(frames.map(({ text }) => text));
      expect(found.every(({ isCut, droppedBytes }) => !isCut && droppedBytes === 0)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('any bytes at all are read, and none is lost but what stands between messages', () => {
  const near = fc.constantFrom(...'0123456789 <>\r\n'.split('').map((char) => char.charCodeAt(0)));
  const bytes = fc.array(fc.oneof(near, fc.nat(255)), { maxLength: 200 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, fc.array(fc.integer({ min: 0, max: 9 })), (stream, sizes) => {
      const whole = framesOf([stream]);
      expect(framesOf(cut(stream, sizes))).toEqual(whole);
      const held = whole.reduce((sum, one) => sum + one.bytes.length + one.droppedBytes, 0);
      const between = [...stream].filter((byte) => byte === 0x0a || byte === 0x0d).length;
      const counts = [...stream.toString('latin1').matchAll(/[1-9]\d{0,8} </g)].reduce(
        (sum, [text]) => sum + text.length - 1,
        0,
      );
      expect(held + between + counts).toBeGreaterThanOrEqual(stream.length);
      expect(whole.every(({ bytes: one }) => one.length > 0 && one.length <= MAX_BYTES)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
