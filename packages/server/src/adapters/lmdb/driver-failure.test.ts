import { expect, test } from 'vitest';
import { PortFailure } from '../../ports/failure.js';
import { failureOf } from './driver-failure.js';

test.each([
  [-30792, 'full'],
  [28, 'full'],
  [27, 'full'],
  [5, 'unavailable'],
  [-30795, 'unavailable'],
  [-30796, 'corrupt'],
  [-30793, 'corrupt'],
  [undefined, 'unavailable'],
])('code %s is %s', (code, kind) => {
  const cause = Object.assign(new Error('reason'), { code });
  expect(failureOf(cause)).toMatchObject({ kind, cause, message: 'LMDB: reason' });
});

test('a failure of the port stays what it is', () => {
  const failure = new PortFailure('corrupt', 'chunk 3');
  expect(failureOf(failure)).toBe(failure);
});
