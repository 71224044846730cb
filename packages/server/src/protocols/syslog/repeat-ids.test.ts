import { describe, expect, test } from 'vitest';
import { RepeatIds } from './repeat-ids.js';

const PRECISE = Buffer.from('<13>1 2025-10-06T12:54:12.025979Z web app - - - up');
const COARSE = Buffer.from('<13>1 2025-10-06T12:54:12.025Z web app - - - up');

function connection(): RepeatIds {
  let made = 0;
  return new RepeatIds(() => `made-${++made}`);
}

describe('a message with a time to the microsecond', () => {
  test('has the same id over another connection', () => {
    expect(connection().next('192.0.2.1', PRECISE)).toBe(connection().next('192.0.2.1', PRECISE));
  });

  test('that comes twice over one is two messages, each with its own id, and both are known again', () => {
    const [first, second] = [connection(), connection()].map((ids) => [ids.next('a', PRECISE), ids.next('a', PRECISE)]);
    expect(new Set(first).size).toBe(2);
    expect(second).toEqual(first);
  });

  test('is another one from another sender', () => {
    expect(connection().next('192.0.2.1', PRECISE)).not.toBe(connection().next('192.0.2.2', PRECISE));
  });
});

test.each([
  ['with a coarser time', COARSE],
  ['of RFC 3164', Buffer.from('<13>Oct  6 12:54:12 web app: up')],
  ['of no form', Buffer.from('up')],
])('a message %s has an id of its own each time, since equal ones are several', (_what, bytes) => {
  const ids = connection();
  expect([ids.next('a', bytes), ids.next('a', bytes)]).toEqual(['made-1', 'made-2']);
});
