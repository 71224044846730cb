import { expect, it } from 'vitest';
import { barOf } from './bar-table.js';

it.each([
  [1, 4, '████'],
  [0.5, 4, '██'],
  [0.1, 4, '▍'],
  [0.0001, 4, '▏'],
  [0, 4, ''],
  [1, 0, ''],
  [Number.NaN, 4, ''],
  [7, 2, '██'],
])('a share of %d in %d columns is %j', (share, columns, bar) => {
  expect(barOf(share, columns)).toBe(bar);
});
