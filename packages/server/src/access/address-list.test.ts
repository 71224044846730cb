import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADDRESS_BITS, addressText, parseAddress } from './address.js';
import { AddressList, MAX_ADDRESS_RANGES } from './address-list.js';

function listOf(...texts: string[]): AddressList {
  const result = AddressList.parse(texts);
  if (!result.ok) throw new Error(result.problem);
  return result.list;
}

const problemOf = (text: string) => {
  const result = AddressList.parse([text]);
  return result.ok ? undefined : result.problem;
};

describe('a list', () => {
  const list = listOf('10.0.0.0/8', '203.0.113.7', '2001:db8::/32', '::ffff:192.0.2.0/120');

  test.each([
    ['10.255.255.255', true],
    ['11.0.0.0', false],
    ['203.0.113.7', true],
    ['203.0.113.8', false],
    ['::ffff:10.1.2.3', true],
    ['::ffff:a01:203', true],
    ['2001:db8:ffff::1', true],
    ['2001:db9::', false],
    ['192.0.2.200', true],
    ['192.0.3.0', false],
    ['::', false],
    ['not an address', false],
    ['', false],
  ])('with %s: %s', (address, expected) => {
    expect(list.contains(address)).toBe(expected);
  });

  test('that is empty has no address', () => {
    expect(listOf().contains('10.0.0.1')).toBe(false);
  });

  test('for all addresses of one family has none of the other', () => {
    expect(listOf('0.0.0.0/0').contains('255.255.255.255')).toBe(true);
    expect(listOf('0.0.0.0/0').contains('::1')).toBe(false);
    expect(listOf('::/0').contains('1.2.3.4')).toBe(false);
  });
});

test('a range with bits beyond its prefix is refused, and the one that was meant is named', () => {
  expect(problemOf('10.1.2.3/8')).toContain('did you mean 10.0.0.0/8?');
  expect(problemOf('2001:db8::1/64')).toContain('did you mean 2001:db8::/64?');
});

test.each(['', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '::/129', '10.0.0.0/8/8', '10.0.0/8', '::ffff:1.2.3.4/95'])(
  '"%s" is refused',
  (text) => {
    expect(problemOf(text)).toBeDefined();
  },
);

test('a list has a bound', () => {
  const texts = new Array<string>(MAX_ADDRESS_RANGES).fill('10.0.0.0/8');
  expect(AddressList.parse(texts).ok).toBe(true);
  expect(AddressList.parse([...texts, '10.0.0.0/8']).ok).toBe(false);
});

const ranges = fc.oneof(fc.ipV4(), fc.ipV6()).chain((address) => {
  const { family, value } = parseAddress(address)!;
  return fc.integer({ min: 0, max: ADDRESS_BITS[family] }).map((prefix) => {
    const hostBits = BigInt(ADDRESS_BITS[family] - prefix);
    return { family, prefix, network: addressText({ family, value: (value >> hostBits) << hostBits }) };
  });
});
const textOf = ({ network, prefix }: { network: string; prefix: number }) => `${network}/${prefix}`;

test('a list holds what node:net holds in a list of the same ranges', () => {
  fc.assert(
    fc.property(fc.array(ranges, { maxLength: 5 }), fc.oneof(fc.ipV4(), fc.ipV6()), (given, address) => {
      const parsed = parseAddress(address)!;
      // To node:net, ::/0 holds the IPv4 addresses too; to us, a range of one family has none of the other.
      const comparable = given.filter(({ family }) => family === parsed.family);
      const foreign = new BlockList();
      for (const { network, prefix, family } of comparable) foreign.addSubnet(network, prefix, `ipv${family}`);
      const expected = foreign.check(addressText(parsed), `ipv${parsed.family}`);
      expect(listOf(...given.map(textOf)).contains(address)).toBe(expected);
    }),
  );
});

test('a list lies within another one exactly when its ranges do', () => {
  expect(listOf('10.1.0.0/16').isWithin(listOf('10.0.0.0/8'))).toBe(true);
  expect(listOf('10.0.0.0/8').isWithin(listOf('10.1.0.0/16'))).toBe(false);
  expect(listOf('10.0.0.0/8', '::1').isWithin(listOf('10.0.0.0/8'))).toBe(false);
  expect(listOf('::/0').isWithin(listOf('0.0.0.0/0'))).toBe(false);
  expect(listOf().isWithin(listOf())).toBe(true);
});
