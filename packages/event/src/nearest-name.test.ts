import { expect, it } from 'vitest';
import { editDistance, nearestName } from './nearest-name.js';

const names = ['action', 'actor', 'targets', 'outcome', 'session_id'];

it.each([
  ['actoin', 'action'],
  ['Actor', 'actor'],
  ['target', 'targets'],
  ['outcme', 'outcome'],
  ['session-id', 'session_id'],
  ['banana', undefined],
  ['x'.repeat(10_000), undefined],
  ['', undefined],
])('finds for %s: %s', (name, found) => {
  expect(nearestName(name, names)).toBe(found);
});

it('counts edits', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('ab', 'ba')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
});
