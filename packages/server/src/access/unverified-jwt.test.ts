import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_TOKEN_CHARS, readUnverifiedJwt } from './unverified-jwt.js';

const part = (text: string) => Buffer.from(text).toString('base64url');
const HEADER = part('{"alg":"RS256"}');
const PAYLOAD = part('{"sub":"jane"}');

test('a token is read part by part', () => {
  expect(readUnverifiedJwt(`${HEADER}.${PAYLOAD}.c2ln`)).toEqual({
    header: { alg: 'RS256' },
    payload: { sub: 'jane' },
  });
});

describe('is refused', () => {
  test.each([
    ['no token', 'text'],
    ['two parts', `${HEADER}.${PAYLOAD}`],
    ['no signature, as with the algorithm none', `${HEADER}.${PAYLOAD}.`],
    ['five parts, as an encrypted one has', `${HEADER}.a.b.${PAYLOAD}.c`],
    ['padding', `${HEADER}.${PAYLOAD}.c2ln=`],
    ['the other alphabet', `${HEADER}.${PAYLOAD}.+/+/`],
    ['another text of the same signature', `${HEADER}.${PAYLOAD}.c2lnQh`],
    ['white space', `${HEADER}.${PAYLOAD}. c2ln`],
    ['a claim twice', `${HEADER}.${part('{"tenant_id":"acme","tenant_id":"other"}')}.c2ln`],
    ['a claim twice, written in two ways', `${HEADER}.${part('{"sub":"a","s\\u0075b":"b"}')}.c2ln`],
    ['a header twice', `${part('{"alg":"RS256","alg":"none"}')}.${PAYLOAD}.c2ln`],
    ['a claim twice further down', `${HEADER}.${part('{"a":{"b":1,"b":2}}')}.c2ln`],
    ['an array', `${HEADER}.${part('["sub"]')}.c2ln`],
    ['no JSON', `${HEADER}.${part('{sub:1}')}.c2ln`],
    [
      'text that is not UTF-8',
      `${HEADER}.${Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url')}.c2ln`,
    ],
    ['objects too deep', `${HEADER}.${part(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`)}.c2ln`],
  ])('%s', (_case, text) => {
    expect(readUnverifiedJwt(text)).toBeUndefined();
  });

  test('a token that is longer than the bound', () => {
    const room = MAX_TOKEN_CHARS - HEADER.length - PAYLOAD.length - 2;
    expect(readUnverifiedJwt(`${HEADER}.${PAYLOAD}.${'A'.repeat(room)}`)).toBeDefined();
    expect(readUnverifiedJwt(`${HEADER}.${PAYLOAD}.${'A'.repeat(room + 4)}`)).toBeUndefined();
  });
});

test('whatever is sent, it is read or refused, never thrown at', () => {
  const parts = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.json().map(part),
    fc.constant(HEADER),
    fc.constant(PAYLOAD),
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 6 }), (given) => {
      const read = readUnverifiedJwt(given.join('.'));
      expect(read === undefined || (typeof read.header === 'object' && typeof read.payload === 'object')).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
