import { expect, test } from 'vitest';
import { tableOf } from './event-table.js';

const event = {
  action: 'order.approve',
  targets: [{ id: 'o1' }, { id: 'c1', type: 'customer' }],
  metadata: { amount: 900, 'a,b': { c: [1, 'x'] }, empty: '' },
};

test.each([
  ['action', ['order.approve']],
  ['target,targets.type', ['o1, c1', 'customer']],
  ['metadata.amount,metadata."a,b".c', ['900', '1, x']],
  ['metadata."a,b"', ['{"c":[1,"x"]}']],
  ['reason,metadata.empty,no.such', ['-', '-', '-']],
])('columns for %s', (fields, row) => {
  expect(tableOf(fields).row(event)).toEqual(row);
  expect(tableOf(fields).columns).toHaveLength(row.length);
});
