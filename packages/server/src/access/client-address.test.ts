import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressList } from './address-list.js';
import { ClientAddresses, type ForwardedHeader } from './client-address.js';

function addresses(proxies: string[], header: ForwardedHeader = 'x-forwarded-for'): ClientAddresses {
  const result = AddressList.parse(proxies);
  if (!result.ok) throw new Error(result.problem);
  return new ClientAddresses(result.list, header);
}

const PROXIES = ['10.0.0.0/8', '2001:db8:1::/48'];
const viaXff = (remoteAddress: string | undefined, header?: string | string[]) =>
  addresses(PROXIES).of({ remoteAddress, headers: { 'x-forwarded-for': header } });
const viaForwarded = (header: string) =>
  addresses(PROXIES, 'forwarded').of({ remoteAddress: '10.0.0.1', headers: { forwarded: header } });

describe('X-Forwarded-For', () => {
  test.each([
    ['no proxy: the connection counts, whatever the client says', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['one proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['the rightmost address that is not a proxy', '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.2.2.2', '203.0.113.9'],
    ['what the client made up does not count', '10.0.0.1', '10.9.9.9, 127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['proxies only', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a proxy without the header', '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty header', '10.0.0.1', ' ', '10.0.0.1'],
    ['a word that is no address', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['a word behind a proxy', '10.0.0.1', '203.0.113.9, secret, 10.0.0.2', '10.0.0.2'],
    ['an empty hop', '10.0.0.1', '203.0.113.9,', '10.0.0.1'],
    ['ports', '10.0.0.1', '203.0.113.9:4711, 10.0.0.2:80', '203.0.113.9'],
    ['IPv6 with a port', '10.0.0.1', '[2001:db8::9]:4711', '2001:db8::9'],
    ['IPv6 without one', '2001:db8:1::1', '2001:DB8::9', '2001:db8::9'],
    ['a proxy over a socket for both families', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['no connection', undefined, '203.0.113.9', '0.0.0.0'],
  ])('%s', (_case, remote, header, expected) => {
    expect(viaXff(remote, header)).toBe(expected);
  });

  test('in several lines reads as one', () => {
    expect(viaXff('10.0.0.1', ['1.1.1.1', '203.0.113.9'])).toBe('203.0.113.9');
  });

  test('as long as it likes costs a bounded number of hops', () => {
    const header = new Array<string>(500).fill('10.0.0.2').join(',');
    expect(viaXff('10.0.0.1', `203.0.113.9,${header}`)).toBe('10.0.0.2');
  });
});

test('without trusted proxies nothing in the headers counts', () => {
  const headers = { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=1.1.1.1' };
  expect(addresses([]).of({ remoteAddress: '127.0.0.1', headers })).toBe('127.0.0.1');
});

test('only the header that the proxies write counts', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=1.1.1.1' };
  expect(addresses(PROXIES).of({ remoteAddress: '10.0.0.1', headers })).toBe('203.0.113.9');
  expect(addresses(PROXIES, 'forwarded').of({ remoteAddress: '10.0.0.1', headers })).toBe('1.1.1.1');
});

describe('Forwarded (RFC 7239)', () => {
  test.each([
    ['for=203.0.113.9', '203.0.113.9'],
    ['For="[2001:db8::9]:4711"', '2001:db8::9'],
    ['for=203.0.113.9;proto=http;by=10.0.0.1', '203.0.113.9'],
    ['for=1.1.1.1, for=203.0.113.9, for=10.0.0.2;proto=https', '203.0.113.9'],
    ['for="203.0.113.9:80"', '203.0.113.9'],
    ['for=unknown', '10.0.0.1'],
    ['for=_hidden, for=10.0.0.2', '10.0.0.2'],
    ['proto=https', '10.0.0.1'],
    ['for=1.1.1.1;for=203.0.113.9', '10.0.0.1'],
    // A comma or a quote of the client inside quotes is no hop of a proxy.
    ['for="1.1.1.1, for=2.2.2.2"', '10.0.0.1'],
    ['for="a\\", for=1.1.1.1', '10.0.0.1'],
    ['host="a,b", for=203.0.113.9', '203.0.113.9'],
  ])('%s gives %s', (header, expected) => {
    expect(viaForwarded(header)).toBe(expected);
  });
});

test('whatever a client sends, the address that the proxy saw is the answer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), fc.ipV4(), (sent, client) => {
      fc.pre(!client.startsWith('10.'));
      expect(viaXff('10.0.0.1', `${sent}, ${client}`)).toBe(client);
    }),
  );
});
