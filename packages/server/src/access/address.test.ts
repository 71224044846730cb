import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressText, parseAddress } from './address.js';

const text = (address: string) => {
  const parsed = parseAddress(address);
  return parsed && addressText(parsed);
};

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1.2.3.4', '::102:304'],
])('%s is %s', (given, expected) => {
  expect(text(given)).toBe(expected);
});

test.each(['', 'localhost', '1.2.3', '1.2.3.4:80', '[::1]', '01.2.3.4', '::g', '1.2.3.4/8', ' 1.2.3.4'])(
  '"%s" is no address',
  (given) => {
    expect(parseAddress(given)).toBeUndefined();
  },
);

test('the text of an address is an address, and the same one', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (given) => {
      const parsed = parseAddress(given)!;
      expect(isIP(addressText(parsed))).toBe(parsed.family);
      expect(parseAddress(addressText(parsed))).toEqual(parsed);
    }),
  );
});
