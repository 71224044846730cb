import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, ipNetwork, networkContains } from './ip-network.js';

const contains = (network: string, address: string) => {
  const range = ipNetwork(network);
  if (range === undefined) throw new Error(`${network} is no network`);
  return networkContains(range, address);
};

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.9.9.9/8', '10.0.0.0', true],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '192.0.2.1', true],
    ['192.0.2.0/31', '192.0.2.1', true],
    ['192.0.2.0/31', '192.0.2.2', false],
    ['2001:db8::/32', '2001:DB8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.0/8', 'a host', false],
  ])('%s and %s: %s', (network, address, expected) => {
    expect(contains(network, address)).toBe(expected);
  });

  it.each([
    '',
    'a host',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '::/129',
    'fe80::1%eth0/64',
  ])('is not %j', (text) => {
    expect(ipNetwork(text)).toBeUndefined();
  });
});

it('an address written in any way has one key, in the order of the addresses', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
      const [a, b] = [addressKey(one), addressKey(other)];
      expect(a).toMatch(/^[0-9a-f]{32}$/);
      expect((a as string) <= (b as string)).toBe(number(one) <= number(other));
    }),
  );
});

it('a prefix of n bits holds exactly the addresses that share them', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (network, address, bits) => {
      const head = (text: string) => (number(`::ffff:${text}`) & 0xffff_ffffn) >> BigInt(32 - bits);
      expect(contains(`${network}/${bits}`, address)).toBe(head(network) === head(address));
    }),
  );
});

/** The address as a number, in the simplest way. */
function number(text: string): bigint {
  const dotted = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [a * 256 + Number(b), c * 256 + Number(d)].map((group: number) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = dotted.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail ?? '')];
  return all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}
