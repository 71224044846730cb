import { expect, it } from 'vitest';
import { wordsBefore } from './context-words.js';

it.each([
  ['order id ', '', ['id', 'order']],
  ['social security no. ', '', ['no', 'security', 'social']],
  ['the social security no. ', '', ['no', 'security', 'social']],
  ['cardNumber=', '', ['number', 'card']],
  ['order 12 to ', '', ['to']],
  ['', 'orderId', ['id', 'order']],
  ['Ref: ', 'customer_order', ['ref', 'order', 'customer']],
  [`order ${' '.repeat(40)}`, 'phone', []],
  ['Rückruf: ', '', ['rückruf']],
])('finds the words before the end of %j, named %j', (text, label, expected) => {
  expect(wordsBefore(text, text.length, label)).toEqual(expected);
});
