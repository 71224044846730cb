import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalIp } from './canonical-ip.js';

/** How the WHATWG URL parser of this platform writes an IPv6 address: another implementation of RFC 5952. */
function byUrl(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

const groups = fc.array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });

describe('the canonical form of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::0:1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalIp(text)).toBe(canonical);
  });

  test.each(['', 'localhost', '192.0.2.1:80', '1:2', 'fe80::%'])('%j has none', (text) => {
    expect(canonicalIp(text)).toBeUndefined();
  });

  test('is the same for every writing of an IPv6 address, and the one of another implementation', () => {
    fc.assert(
      fc.property(groups, fc.boolean(), fc.boolean(), (values, isUpper, isPadded) => {
        const written = values.map((value) => value.toString(16).padStart(isPadded ? 4 : 1, '0')).join(':');
        const expected = byUrl(written);
        fc.pre(!expected.startsWith('::ffff:'));
        expect(canonicalIp(isUpper ? written.toUpperCase() : written)).toBe(expected);
        expect(canonicalIp(expected)).toBe(expected);
      }),
    );
  });
});
