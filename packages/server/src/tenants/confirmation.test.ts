import { expect, test } from 'vitest';
import { isConfirmation, makeConfirmation } from './confirmation.js';

const secret = Buffer.alloc(32, 1);
const act = ['tenant.delete', 'acme', 7, 'user:u1'];
const NOW = 1_760_000_000_000;

test('counts for the act that it is of, for five minutes', () => {
  const text = makeConfirmation(secret, act, NOW);
  expect(isConfirmation(text, secret, act, NOW)).toBe(true);
  expect(isConfirmation(text, secret, act, NOW + 299_999)).toBe(true);
  expect(isConfirmation(text, secret, act, NOW + 300_000)).toBe(false);
});

test.each([
  ['another tenant', ['tenant.delete', 'other', 7, 'user:u1']],
  ['another revision', ['tenant.delete', 'acme', 8, 'user:u1']],
  ['somebody else', ['tenant.delete', 'acme', 7, 'user:u2']],
  ['parts that only join to the same', ['tenant.delete', 'acme', '7,user:u1']],
])('does not count for %s', (_what, other) => {
  expect(isConfirmation(makeConfirmation(secret, act, NOW), secret, other, NOW)).toBe(false);
});

test('cannot be lengthened, made up, or come from another deployment', () => {
  const text = makeConfirmation(secret, act, NOW);
  const [until, digest] = text.split('.');
  const longer = `${(Number.parseInt(until!, 36) + 1_000_000).toString(36)}.${digest}`;
  for (const forged of [longer, '', '.', `${until}.`, `${until}.${'A'.repeat(43)}`, `${text}x`]) {
    expect(isConfirmation(forged, secret, act, NOW)).toBe(false);
  }
  expect(isConfirmation(text, Buffer.alloc(32, 2), act, NOW)).toBe(false);
});
