import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrustedProxies } from './client-address.js';

const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8::/32'], 'X-Forwarded-For');

describe('the client address', () => {
  it.each([
    ['of a client that connects itself', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['behind a proxy', '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['behind two proxies', '10.0.0.1', '203.0.113.5, 10.9.9.9', '203.0.113.5'],
    ['that the client put something before', '10.0.0.1', '1.1.1.1, 203.0.113.5', '203.0.113.5'],
    ['with a port', '10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
    ['of IPv6 with a port', '::ffff:10.0.0.1', '[2001:DB9::5]:443', '2001:db9::5'],
    ['of IPv4 in IPv6', '2001:db8::1', '::ffff:203.0.113.5', '203.0.113.5'],
    ['that the proxy does not tell', '10.0.0.1', undefined, undefined],
    ['that is hidden', '10.0.0.1', '1.1.1.1, unknown', undefined],
    ['that is a proxy', '10.0.0.1', '10.0.0.2', undefined],
    ['of a socket without one', undefined, '203.0.113.5', undefined],
  ])('%s', (_title, peer, header, expected) => {
    expect(proxies.clientAddress(peer, header)).toBe(expected);
  });

  it('reads Forwarded where that is the header', () => {
    const forwarded = new TrustedProxies(['10.0.0.0/8', 'no-address'], 'forwarded');
    const header = 'for=1.1.1.1;by=10.0.0.9, For="[2001:db9::5]:443";proto=https';
    expect(forwarded.clientAddress('10.0.0.1', header)).toBe('2001:db9::5');
    expect(forwarded.clientAddress(undefined, 'for=203.0.113.5')).toBe('203.0.113.5');
    expect(forwarded.clientAddress('10.0.0.1', 'proto=https')).toBeUndefined();
  });

  it('is never what a client that is no proxy says, and never a proxy', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    fc.assert(
      fc.property(fc.ipV4(), fc.array(address), (peer, hops) => {
        const found = proxies.clientAddress(peer, hops.join(','));
        if (!proxies.trusts(peer)) expect(found).toBe(peer);
        else if (found !== undefined) expect(proxies.trusts(found)).toBe(false);
      }),
    );
  });

  it('is what the nearest proxy saw, whatever the client wrote before it', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (written) => {
        const header = [...written, '203.0.113.5'].join(',');
        const isReadable = header.length <= 4096 && header.split(',').length <= 32;
        expect(proxies.clientAddress('10.0.0.1', header)).toBe(isReadable ? '203.0.113.5' : undefined);
      }),
    );
  });

  it('refuses a list that cannot be meant', () => {
    expect(() => new TrustedProxies(['proxy.example.com'], 'x-forwarded-for')).toThrow('neither an address nor');
  });
});
