import { describe, expect, test } from 'vitest';
import { Sessions } from './sessions.js';

const limits = { maxSessions: 3, idleNs: 10n, maxNs: 100n };

test('the first is told apart, the others are counted until nothing came for a while', () => {
  const sessions = new Sessions<string>(limits);
  expect(sessions.count('a', 1, 0n)).toBe(false);
  expect(sessions.begin('a', 's1', 'first', 4, 0n)).toEqual([]);
  expect(sessions.count('a', 2, 5n)).toBe(true);
  expect(sessions.count('a', 3, 9n)).toBe(true);
  expect(sessions.end(18n)).toEqual([]);
  expect(sessions.end(19n)).toMatchObject([
    { session: 's1', first: 'first', count: 3, events: 9, firstNs: 0n, lastNs: 9n },
  ]);
  expect(sessions.size).toBe(0);
});

test('a session ends after its longest time though it goes on, and what comes next begins another', () => {
  const sessions = new Sessions<string>(limits);
  sessions.begin('a', 's1', 'first', 0, 0n);
  for (let at = 5n; at < 100n; at += 5n) expect(sessions.count('a', 1, at)).toBe(true);
  expect(sessions.count('a', 1, 100n)).toBe(false);
  expect(sessions.begin('a', 's2', 'again', 1, 100n)).toMatchObject([{ session: 's1', count: 20 }]);
});

test('one that nothing followed has nothing to sum up', () => {
  const sessions = new Sessions<string>(limits);
  sessions.begin('a', 's1', 'first', 7, 0n);
  expect(sessions.end(50n)).toEqual([]);
  expect(sessions.size).toBe(0);
});

test('at the bound the oldest ends, and is summed up', () => {
  const sessions = new Sessions<string>(limits);
  for (const key of ['a', 'b', 'c']) sessions.begin(key, key, key, 0, 0n);
  sessions.count('a', 1, 1n);
  expect(sessions.begin('d', 'd', 'd', 0, 2n)).toMatchObject([{ session: 'a', count: 2 }]);
  expect(sessions.size).toBe(3);
});

describe('a clock that is set back', () => {
  test('ends the session in the place of keeping it for ever', () => {
    const sessions = new Sessions<string>(limits);
    sessions.begin('a', 's1', 'first', 0, 1000n);
    sessions.count('a', 0, 1001n);
    expect(sessions.count('a', 0, 500n)).toBe(false);
    expect(sessions.end(500n)).toHaveLength(1);
  });
});
