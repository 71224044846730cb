import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIpAddress } from '../ip-address.js';
import { detect } from './detect.js';

const addresses = (text: string) =>
  detect(text)
    .filter(({ kind }) => kind === 'ip_address')
    .map(({ start, end }) => text.slice(start, end));

describe('an IPv4 address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:443', '203.0.113.7'],
    ['203.0.113.7.52344', '203.0.113.7'],
    ['http://203.0.113.7/x', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['ip=203.0.113.7.', '203.0.113.7'],
    ['203.0.113.7/24', undefined],
    ['203.0.113.256', undefined],
    ['203.0.113', undefined],
    ['203.0.113.07', undefined],
    ['203.0.113.7.8', undefined],
    ['.203.0.113.7', undefined],
    ['v203.0.113.7', undefined],
    ['Agent/10.0.113.7', undefined],
    ['version 10.0.113.7', undefined],
    ['0.0.0.0', undefined],
    ['127.0.0.1', undefined],
    ['224.0.0.251', undefined],
    ['255.255.255.0', undefined],
  ])('in %s: %s', (text, expected) => {
    expect(addresses(text)).toEqual(expected === undefined ? [] : [expected]);
  });
});

describe('an IPv6 address', () => {
  it.each([
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['from 2001:DB8:0:0:0:0:0:1, twice', '2001:DB8:0:0:0:0:0:1'],
    ['2001:db8::192.0.2.1', '2001:db8::192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fd00::1.', 'fd00::1'],
    ['2001:db8::: x', undefined],
    ['2001:db8:1', undefined],
    ['2025:10:06 12:54:12', undefined],
    ['00:11:22:33:44:55:66:77', undefined],
    ['face::off', undefined],
    ['a2001:db8::1', undefined],
    ['2001:db8::1g', undefined],
    ['2001:db8:1:2:3:4:5:6:7', undefined],
  ])('in %s: %s', (text, expected) => {
    expect(addresses(text)).toEqual(expected === undefined ? [] : [expected]);
  });

  it('is one exactly when the reader of addresses takes it', () => {
    const part = fc.constantFrom('0', '1', 'ff', '8a2e', '12345', '', ':', '192.0.2.1', '1.2', 'g');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const text = `2001:db8:${parts.join(':')}`;
        const isWhole = addresses(`[${text}]`)[0] === text;
        expect(isWhole).toBe(isIpAddress(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is found in all of its forms', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    fc.assert(
      fc.property(fc.array(group, { minLength: 6, maxLength: 6 }), (groups) => {
        const address = ['2001', 'db8', ...groups].join(':');
        expect(addresses(`peer ${address} left`)).toEqual([address]);
      }),
    );
  });
});
