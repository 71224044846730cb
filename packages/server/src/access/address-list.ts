import { ADDRESS_BITS, type Address, addressText, parseAddress } from './address.js';

export const MAX_ADDRESS_RANGES = 256;
const MAX_ANSWERS = 256;

/** A range of addresses in CIDR notation (RFC 4632, section 3.1). */
interface AddressRange {
  family: 4 | 6;
  /** The bits that all addresses of the range share. */
  network: bigint;
  /** How many bits follow them. */
  hostBits: bigint;
}

export type AddressListResult = { ok: true; list: AddressList } | { ok: false; problem: string };

/** Ranges of IP addresses, IPv4 and IPv6. */
export class AddressList {
  readonly #ranges: readonly AddressRange[];
  /** What was asked before: the same few addresses ask again and again, and reading one takes microseconds. */
  readonly #answers = new Map<string, boolean>();

  private constructor(ranges: readonly AddressRange[]) {
    this.#ranges = ranges;
  }

  /**
   * Reads addresses and ranges such as `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`, at most {@link MAX_ADDRESS_RANGES}.
   * A range whose address has bits beyond its prefix is refused: it is not clear what was meant.
   */
  static parse(texts: readonly string[]): AddressListResult {
    if (texts.length > MAX_ADDRESS_RANGES) return { ok: false, problem: `at most ${MAX_ADDRESS_RANGES} ranges` };
    const ranges: AddressRange[] = [];
    for (const text of texts) {
      const range = parseRange(text);
      if (typeof range === 'string') return { ok: false, problem: range };
      ranges.push(range);
    }
    return { ok: true, list: new AddressList(ranges) };
  }

  get size(): number {
    return this.#ranges.length;
  }

  /** True when the address, as text, lies in one of the ranges; false for what is no address. */
  contains(text: string): boolean {
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    const address = parseAddress(text);
    const answer = address !== undefined && this.#ranges.some((range) => isWithin(address, range));
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    this.#answers.set(text, answer);
    return answer;
  }

  /** True when every range of this list lies in one range of the other. */
  isWithin(other: AddressList): boolean {
    return this.#ranges.every(({ family, network, hostBits }) =>
      other.#ranges.some(
        (outer) => outer.hostBits >= hostBits && isWithin({ family, value: network << hostBits }, outer),
      ),
    );
  }
}

function isWithin({ family, value }: Address, range: AddressRange): boolean {
  return family === range.family && value >> range.hostBits === range.network;
}

/** The range, or what is wrong with it. */
function parseRange(text: string): AddressRange | string {
  const [addressPart = '', prefixPart, ...rest] = text.split('/');
  const address = parseAddress(addressPart);
  if (address === undefined || rest.length > 0) return `"${text.slice(0, 60)}" is not an IP address or range`;
  const bits = ADDRESS_BITS[address.family];
  // The prefix of a mapped address counts the 96 bits before the IPv4 address.
  const mapped = address.family === 4 && addressPart.includes(':') ? 96 : 0;
  const prefix = prefixPart === undefined ? bits : /^\d{1,3}$/.test(prefixPart) ? Number(prefixPart) - mapped : -1;
  if (prefix < 0 || prefix > bits) return `"${text.slice(0, 60)}" has no prefix length of 0 to ${bits + mapped}`;
  const hostBits = BigInt(bits - prefix);
  const network = address.value >> hostBits;
  if (network << hostBits !== address.value) {
    const meant = addressText({ family: address.family, value: network << hostBits });
    return `"${text.slice(0, 60)}" has bits beyond its prefix; did you mean ${meant}/${prefix}?`;
  }
  return { family: address.family, network, hostBits };
}
