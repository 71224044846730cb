import { describe, expect, it } from 'vitest';
import { passesLuhn } from './credit-card.js';
import { detect } from './detect.js';

const isCard = (text: string, label?: string) => detect(text, label).some(({ kind }) => kind === 'credit_card');

describe('a card number', () => {
  it.each([
    ['Visa', '4242424242424242'],
    ['Mastercard', '5555555555554444'],
    ['Mastercard, 2-series', '2223003122003222'],
    ['American Express', '378282246310005'],
    ['Discover', '6011111111111117'],
    ['Diners Club, 14 digits', '36227206271667'],
    ['Diners Club, 16 digits', '3056930009020004'],
    ['JCB', '3566002020360505'],
    ['UnionPay', '6200000000000005'],
  ])('of %s is one without any word, and no longer with a digit changed', (_, number) => {
    expect(isCard(number)).toBe(true);
    expect(isCard(`${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`)).toBe(false);
  });

  it.each([
    ['Visa of 13 digits', '4007000000027'],
    ['UnionPay of 19 digits', '6205500000000000004'],
    ['Maestro', '6759649826438453'],
  ])('of %s is one beside a word that says so', (_, number) => {
    expect(isCard(number)).toBe(false);
    expect(isCard(`card ${number}`)).toBe(true);
    expect(isCard(number, 'card_number')).toBe(true);
  });

  it.each(['order', 'invoice no.', 'ref:', 'tracking id', 'txn', 'Request-Id'])('is none after %s', (words) => {
    expect(isCard(`${words} 4242424242424242`)).toBe(false);
  });

  it.each(['4242 4242 4242 4242', '4242-4242-4242-4242', '3782 822463 10005', '3056 930902 5904', '42424242 42424242'])(
    'in the groups of a card is one whatever the word: %s',
    (number) => {
      expect(isCard(`order ${number}`)).toBe(true);
      expect(isCard(`order ${number} 12`)).toBe(true);
    },
  );

  it.each([
    '4242 4242 4242 4242 4242',
    '1111 4242 4242 4242 4242',
    '4242-4242 4242-4242',
    '42 4242 4242 4242 42',
    '4242424242424242x',
    '4242424242424242.5',
    'x4242424242424242',
    '0000000000000000',
  ])('is none as %s', (text) => {
    expect(isCard(text)).toBe(false);
  });
});

it('checks as ISO/IEC 7812-1 says', () => {
  expect(passesLuhn('79927398713')).toBe(true);
  for (const digit of '012456789') expect(passesLuhn(`7992739871${digit}`)).toBe(false);
});
