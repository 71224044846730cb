import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Problem } from '../errors.js';
import { decodeCursor, encodeCursor } from './cursor.js';

const key = fc.record({
  toward: fc.constantFrom('next', 'previous'),
  timeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  index: fc.nat(Number.MAX_SAFE_INTEGER),
  before: fc.nat(Number.MAX_SAFE_INTEGER),
  askedAtMs: fc.nat(Number.MAX_SAFE_INTEGER),
});
const query = fc.string();
const secret = new Uint8Array(32).fill(7);

/** The key, or the code of the error. */
function outcomeOf(cursor: string, ofQuery: string): unknown {
  try {
    return decodeCursor(cursor, ofQuery, secret);
  } catch (error) {
    return (error as Problem).code;
  }
}

test('a cursor gives its key back, and can stand in a URL', () => {
  fc.assert(
    fc.property(key, query, (of, text) => {
      const cursor = encodeCursor(of, text, secret);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,100}$/);
      expect(decodeCursor(cursor, text, secret)).toEqual(of);
    }),
  );
});

test('a cursor of another query is invalid', () => {
  fc.assert(
    fc.property(key, query, query, (of, one, other) => {
      fc.pre(one !== other);
      expect(outcomeOf(encodeCursor(of, one, secret), other)).toBe('cursor-invalid');
    }),
  );
});

test('a cursor that was signed with another secret is invalid', () => {
  fc.assert(
    fc.property(key, query, fc.uint8Array({ minLength: 32, maxLength: 32 }), (of, text, other) => {
      fc.pre(Buffer.compare(other, secret) !== 0);
      expect(outcomeOf(encodeCursor(of, text, other), text)).toBe('cursor-invalid');
    }),
  );
});

test('a cursor that was changed anywhere is invalid', () => {
  const edit = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('replace', 'insert', 'remove'),
    text: fc.constantFrom(...'A-_z09=+ .'),
  });
  fc.assert(
    fc.property(key, query, edit, (of, text, { at, kind, text: put }) => {
      const cursor = encodeCursor(of, text, secret);
      const place = at % cursor.length;
      const kept = kind === 'insert' ? place : place + 1;
      const changed = cursor.slice(0, place) + (kind === 'remove' ? '' : put) + cursor.slice(kept);
      fc.pre(changed !== cursor);
      expect(outcomeOf(changed, text)).toBe('cursor-invalid');
    }),
    { numRuns: 1000 },
  );
});

test('whatever else a client sends is invalid too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(outcomeOf(text, '')).toBe('cursor-invalid');
    }),
  );
  expect(outcomeOf('', '')).toBe('cursor-invalid');
});
