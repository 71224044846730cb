import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8, utf8Shared } from './utf8.js';

describe('utf8Shared', () => {
  it('gives the same bytes as an encoding of its own, and keeps them while others are made', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.nat(90_000).map((length) => '\u20ac'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (texts) => {
        const made = texts.map(utf8Shared);
        made.forEach((bytes, i) => {
          expect(Buffer.from(bytes).equals(Buffer.from(utf8(texts[i]!)))).toBe(true);
        });
      }),
      { numRuns: 50 },
    );
  });
});
