import { isIpAddress } from './ip-address.js';

/** A range of addresses, both ends included, each as {@link addressKey} writes it. */
export interface IpNetwork {
  readonly from: string;
  readonly to: string;
}

const IPV4_PREFIX_BITS = 96;
const IPV6_BITS = 128;
const HEX_DIGITS = 32;
/** An IPv4 address as IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED = '00000000000000000000ffff';

/**
 * An address as 32 lower-case hex digits, in the order of the addresses; undefined for what is none. An IPv4 address
 * and the IPv6 address that it is mapped to are the same; a zone does not count.
 */
export function addressKey(text: string): string | undefined {
  if (!isIpAddress(text)) return undefined;
  if (!text.includes(':')) return MAPPED + hexOfIpv4(text);
  const [address = ''] = text.split('%');
  const [head = '', tail] = address.split('::');
  const before = hexOfGroups(head);
  const after = tail === undefined ? '' : hexOfGroups(tail);
  return before + '0'.repeat(HEX_DIGITS - before.length - after.length) + after;
}

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32`, or an address, which is the network of itself alone (CIDR, RFC 4632, section
 * 3.1). Bits behind the prefix are ignored. undefined: it is neither, or has a zone.
 */
export function ipNetwork(text: string): IpNetwork | undefined {
  const [address = '', length, ...more] = text.split('/');
  const key = address.includes('%') ? undefined : addressKey(address);
  if (key === undefined || more.length > 0) return undefined;
  if (length === undefined) return { from: key, to: key };
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const bits = Number(length) + (address.includes(':') ? 0 : IPV4_PREFIX_BITS);
  if (bits > IPV6_BITS) return undefined;
  return { from: withTail(key, bits, 0n), to: withTail(key, bits, 1n) };
}

/** Whether an address lies in a network; false for what is no address. */
export function networkContains({ from, to }: IpNetwork, address: string): boolean {
  const key = addressKey(address);
  return key !== undefined && key >= from && key <= to;
}

/** The key with all bits behind the prefix 0 or 1. */
function withTail(key: string, prefixBits: number, bit: 0n | 1n): string {
  const tail = (1n << BigInt(IPV6_BITS - prefixBits)) - 1n;
  const whole = BigInt(`0x${key}`);
  return (bit === 0n ? whole & ~tail : whole | tail).toString(16).padStart(HEX_DIGITS, '0');
}

function hexOfIpv4(text: string): string {
  return text
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
}

function hexOfGroups(part: string): string {
  if (part === '') return '';
  return part
    .split(':')
    .map((group) => (group.includes('.') ? hexOfIpv4(group) : group.toLowerCase().padStart(4, '0')))
    .join('');
}
