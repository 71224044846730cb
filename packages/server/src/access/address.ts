import { isIP } from 'node:net';

/** An IP address as a number. IPv6 addresses that map an IPv4 address (RFC 4291, section 2.5.5.2) are that address. */
export interface Address {
  family: 4 | 6;
  value: bigint;
}

export const ADDRESS_BITS = { 4: 32, 6: 128 } as const;

const MAPPED_IPV4 = 0xffffn << 32n;

/** Reads an address without port or prefix; undefined for anything else. The zone of an IPv6 address is left out. */
export function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return { family: 4, value: ipv4Value(text) };
  const value = ipv6Value(text.split('%')[0]!);
  return value >> 32n === MAPPED_IPV4 >> 32n ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value };
}

/** The one text of an address: dotted for IPv4, and for IPv6 as RFC 5952, section 4, has it. */
export function addressText({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  const groups = value.toString(16).padStart(32, '0').match(/.{4}/g) as string[];
  const full = groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
  const runs = [...full.matchAll(/\b0(?::0\b)+/g)];
  const [longest] = runs.sort((a, b) => b[0].length - a[0].length);
  if (longest === undefined) return full;
  const [before, after] = [full.slice(0, longest.index), full.slice(longest.index + longest[0].length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6Value(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...new Array<bigint>(missing).fill(0n), ...after];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/** The 16-bit groups of a part; a dotted end is two of them. */
function groupsOf(part: string): bigint[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const value = ipv4Value(group);
    return [value >> 16n, value & 0xffffn];
  });
}

/** IPv6 addresses of one subscriber share their first 64 bits (RFC 6177): whoever has one of them has all of them. */
const SUBSCRIBER_BITS = 64n;

/** Names whoever an address belongs to: the IPv4 address, or the network of the IPv6 address. */
export function subscriberOf(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) return text;
  if (address.family === 4) return addressText(address);
  return `${addressText({ family: 6, value: (address.value >> SUBSCRIBER_BITS) << SUBSCRIBER_BITS })}/64`;
}
