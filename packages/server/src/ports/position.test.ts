import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_RECORDS_PER_CHUNK } from './journal.js';
import { placeOf, positionAfter, positionOf, sequenceOf } from './position.js';

const sequence = fc.nat(Math.floor(Number.MAX_SAFE_INTEGER / MAX_RECORDS_PER_CHUNK) - 2);
const place = fc.nat(MAX_RECORDS_PER_CHUNK - 1);

test('a position names its sequence and its place', () => {
  fc.assert(
    fc.property(sequence, place, (inSequence, inChunk) => {
      const position = positionOf(inSequence, inChunk);
      expect(Number.isSafeInteger(position)).toBe(true);
      expect([sequenceOf(position), placeOf(position)]).toEqual([inSequence, inChunk]);
    }),
  );
});

test('positions have the order of (sequence, place)', () => {
  fc.assert(
    fc.property(sequence, place, sequence, place, (s1, p1, s2, p2) => {
      const inOrder = s1 < s2 || (s1 === s2 && p1 < p2);
      expect(positionOf(s1, p1) < positionOf(s2, p2)).toBe(inOrder);
    }),
  );
});

test('positionAfter lies between the last record of a chunk and the first of the next one', () => {
  fc.assert(
    fc.property(sequence, place, (inSequence, inChunk) => {
      const border = positionAfter(inSequence);
      expect(positionOf(inSequence, inChunk)).toBeLessThan(border);
      expect(positionOf(inSequence + 1, inChunk)).toBeGreaterThanOrEqual(border);
    }),
  );
});
