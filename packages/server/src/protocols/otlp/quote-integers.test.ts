import { expect, test } from 'vitest';
import { quoteIntegers } from './quote-integers.js';

test.each([
  ['{"timeUnixNano":1544712660300000001}', '{"timeUnixNano":"1544712660300000001"}'],
  ['{"intValue" : 3,"x":4}', '{"intValue" : "3","x":4}'],
  ['{"intValue":-3}', '{"intValue":"-3"}'],
  ['{"intValue":"3"}', '{"intValue":"3"}'],
  ['{"doubleValue":1544712660300000001.5}', '{"doubleValue":1544712660300000001.5}'],
  ['{"doubleValue":1544712660300000001e3}', '{"doubleValue":1544712660300000001e3}'],
  [
    String.raw`{"a":"\"intValue\": 3 1544712660300000001\\"}`,
    String.raw`{"a":"\"intValue\": 3 1544712660300000001\\"}`,
  ],
  ['[1544712660300000001,-1544712660300000001]', '["1544712660300000001","-1544712660300000001"]'],
])('%s', (text, quoted) => {
  expect(quoteIntegers(text)).toBe(quoted);
  expect(() => JSON.parse(quoted)).not.toThrow();
});
