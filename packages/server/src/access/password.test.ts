import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PASSWORD_COST, PasswordHasher, passwordProblem } from './password.js';

const CHEAP = { memoryKiB: 32, passes: 1, lanes: 1 };
const pepper = Buffer.alloc(32, 1);
const hasher = new PasswordHasher({ pepper, random: randomBytes, cost: CHEAP });

test('a password matches its own hash only', async () => {
  const kept = await hasher.hash('correct horse battery');
  expect(kept).toMatch(/^\$argon2id\$v=19\$m=32,t=1,p=1\$/);
  expect(await hasher.matches('correct horse battery', kept)).toBe(true);
  expect(await hasher.matches('correct horse batterz', kept)).toBe(false);
  expect(await hasher.matches('', kept)).toBe(false);
});

test('the usual cost is what OWASP asks for at least', async () => {
  expect(PASSWORD_COST).toEqual({ memoryKiB: 19_456, passes: 2, lanes: 1 });
  const kept = await new PasswordHasher({ pepper, random: randomBytes }).hash('correct horse battery');
  expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('the same password has another hash each time, and another one under another pepper matches nothing', async () => {
  const [one, other] = await Promise.all([hasher.hash('correct horse battery'), hasher.hash('correct horse battery')]);
  expect(one).not.toBe(other);
  const foreign = new PasswordHasher({ pepper: Buffer.alloc(32, 2), random: randomBytes, cost: CHEAP });
  expect(await foreign.matches('correct horse battery', one)).toBe(false);
});

test('however it was typed, a password is the same', async () => {
  const kept = await hasher.hash('cafe\u0301 au lait, 2 sucres');
  expect(await hasher.matches('caf\u00e9 au lait, 2 sucres', kept)).toBe(true);
});

test('without a hash, or with a broken one, nothing matches', async () => {
  for (const kept of [undefined, '', '$argon2id$broken', 'plain text']) {
    expect(await hasher.matches('', kept)).toBe(false);
    expect(await hasher.matches('correct horse battery', kept)).toBe(false);
  }
});

test('a hash of another cost is outdated', async () => {
  const kept = await hasher.hash('correct horse battery');
  expect(hasher.isOutdated(kept)).toBe(false);
  expect(new PasswordHasher({ pepper, random: randomBytes }).isOutdated(kept)).toBe(true);
});

test('two are hashed at once and 64 wait; one more is refused, and later there is room again', async () => {
  const all = Array.from({ length: 67 }, () => hasher.hash('correct horse battery'));
  const settled = await Promise.allSettled(all);
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(settled.at(-1)).toMatchObject({ reason: { code: 'too-many-requests' } });
  await expect(hasher.hash('correct horse battery')).resolves.toBeDefined();
});

test('the event loop goes on while a password is hashed', async () => {
  let hashed = false;
  const hashing = hasher.hash('correct horse battery').finally(() => {
    hashed = true;
  });
  // Work of this thread would be over by now. What another thread has finished is only heard of in a turn of the event
  // loop, and there was none.
  for (let i = 0; i < 1000; i++) await Promise.resolve();
  expect(hashed).toBe(false);
  await hashing;
});

describe('a new password', () => {
  test.each([
    ['short', 'elevenchars', /at least 12/],
    ['of few different characters', 'aaaaaaaaaaaabbbb', /different/],
    ['with the login name in it', 'my-JANE@acme-password', /login name/],
    ['too long', 'x'.repeat(257), /at most 256/],
  ])('that is %s is refused', (_case, password, expected) => {
    expect(passwordProblem(password, 'jane@acme')).toMatch(expected);
  });

  test.each(['correct horse battery', 'ЁЖИКИ ЕЖИКИ!', '12345678901234', `${'ab'.repeat(126)}cd`])(
    '"%s" is good',
    (password) => {
      expect(passwordProblem(password, 'jane@acme')).toBeUndefined();
    },
  );
});
