import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomText } from './random-text.js';
import { REFRESH_TOKEN } from './refresh-token-text.js';
import { API_KEY, readSecret, secretPattern, writeSecret } from './secret-text.js';

const KNOWN = { id: 'A1b2C3d4E5f6', secret: '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG' };
const KNOWN_TEXT = 'alk_A1b2C3d4E5f6_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG0zTGhU';

test('a text stays what it was in earlier versions', () => {
  expect(writeSecret(API_KEY, KNOWN)).toBe(KNOWN_TEXT);
  expect(readSecret(API_KEY, KNOWN_TEXT)).toEqual(KNOWN);
});

test('the pattern that secret scanners are told finds a key in a text', () => {
  const documented = /\balk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}\b/;
  expect(documented.exec(`export KEY="${KNOWN_TEXT}"`)?.[0]).toBe(KNOWN_TEXT);
  expect(secretPattern(API_KEY).source).toBe('^alk_([0-9A-Za-z]{12})_([0-9A-Za-z]{49})$');
  const refreshToken = /\balr_[0-9A-Za-z]{16}_[0-9A-Za-z]{65}\b/;
  expect(secretPattern(REFRESH_TOKEN).source).toBe('^alr_([0-9A-Za-z]{16})_([0-9A-Za-z]{65})$');
  const secret = randomText(randomBytes, REFRESH_TOKEN.secretLength);
  expect(writeSecret(REFRESH_TOKEN, { id: randomText(randomBytes, 16), secret })).toMatch(refreshToken);
});

test('a text is read as it was written', () => {
  const random = (length: number) => randomText(randomBytes, length);
  for (let round = 0; round < 200; round++) {
    const parts = { id: random(API_KEY.idLength), secret: random(API_KEY.secretLength) };
    expect(readSecret(API_KEY, writeSecret(API_KEY, parts))).toEqual(parts);
  }
});

describe('is refused', () => {
  test('with any one character changed', () => {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    fc.assert(
      fc.property(fc.nat(KNOWN_TEXT.length - 1), fc.constantFrom(...alphabet, '_', '-', ' '), (place, character) => {
        fc.pre(KNOWN_TEXT[place] !== character);
        expect(
          readSecret(API_KEY, KNOWN_TEXT.slice(0, place) + character + KNOWN_TEXT.slice(place + 1)),
        ).toBeUndefined();
      }),
    );
  });

  test.each([
    '',
    'alk_',
    KNOWN_TEXT.slice(0, -1),
    `${KNOWN_TEXT}0`,
    ` ${KNOWN_TEXT}`,
    `${KNOWN_TEXT}\n`,
    'alr_A1b2C3d4E5f6_x',
  ])('"%s"', (text) => {
    expect(readSecret(API_KEY, text)).toBeUndefined();
  });

  test('as another kind', () => {
    expect(readSecret(REFRESH_TOKEN, KNOWN_TEXT)).toBeUndefined();
  });
});
