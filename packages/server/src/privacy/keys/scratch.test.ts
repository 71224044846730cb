import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roomFor, Scratch } from './scratch.js';

test('gives the bytes that were put last, whatever lay there before', () => {
  const scratch = new Scratch(4096);
  const texts = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 20 }));
  fc.assert(
    fc.property(texts, fc.nat(40), (text, at) => {
      scratch.binary('\x00ÿ'.repeat(20), 0);
      const end = scratch.text(text, at);
      const expected = Buffer.concat([Buffer.from('\x00ÿ'.repeat(20), 'latin1').subarray(0, at), Buffer.from(text)]);
      expect(Buffer.compare(scratch.upTo(end), expected)).toBe(0);
    }),
  );
});

test('has room for every text that is as short as it says', () => {
  const text = '€'.repeat(10);
  expect(new Scratch(roomFor(5, text)).hasRoom(5, text)).toBe(true);
  expect(new Scratch(roomFor(5, text) - 1).hasRoom(5, text)).toBe(false);
  expect(new Scratch(roomFor(5, text)).text(text, 5)).toBe(35);
});
