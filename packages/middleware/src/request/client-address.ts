import { addressKey, canonicalIp, type IpNetwork, ipNetwork, networkContains } from '@attestlog/event/sdk';

const NO_ADDRESS = 'no-address';
/** Proxies that a request may pass; what a longer chain says is not believed. */
const HOPS_MAX_ITEMS = 32;
const HEADER_MAX_CHARS = 4_096;

/** The proxies that an application declares, and what may be believed of what they say. */
export class TrustedProxies {
  readonly #networks: readonly IpNetwork[];
  readonly #trustsNoAddress: boolean;
  readonly #isForwarded: boolean;
  readonly header: string;

  /** @throws {TypeError} for what is neither an address nor a network */
  constructor(proxies: readonly string[], header: string) {
    this.#networks = proxies.filter((proxy) => proxy !== NO_ADDRESS).map(readNetwork);
    this.#trustsNoAddress = proxies.includes(NO_ADDRESS);
    this.header = header.toLowerCase();
    this.#isForwarded = this.header === 'forwarded';
  }

  /** Whether the peer of the connection is a declared proxy. */
  trusts(peer: string | undefined): boolean {
    if (peer === undefined || peer === '') return this.#trustsNoAddress;
    return this.#networks.some((network) => networkContains(network, peer));
  }

  /**
   * The address of the client: that of the peer, or, when the peer is a declared proxy, the nearest address in its header
   * that is of no declared proxy. What stands beyond that one the client may have written itself. Undefined when a proxy
   * says nothing that is an address: a proxy's own is never given for a client's.
   */
  clientAddress(peer: string | undefined, header: string | undefined): string | undefined {
    if (!this.trusts(peer)) return peer === undefined ? undefined : canonicalIp(peer);
    if (header === undefined || header.length > HEADER_MAX_CHARS) return undefined;
    const hops = this.#isForwarded ? forwardedFor(header) : header.split(',');
    if (hops.length > HOPS_MAX_ITEMS) return undefined;
    for (const hop of hops.toReversed()) {
      const address = withoutPort(hop.trim());
      if (addressKey(address) === undefined) return undefined;
      if (!this.trusts(address)) return canonicalIp(address);
    }
    return undefined;
  }
}

function readNetwork(text: string): IpNetwork {
  const network = ipNetwork(text);
  if (network === undefined) throw new TypeError(`trustedProxies: "${text}" is neither an address nor a network`);
  return network;
}

/** The `for` of each element of a Forwarded header (RFC 7239, section 4); an element without one is an empty text. */
function forwardedFor(header: string): string[] {
  return header.split(',').map((element) => {
    const pair = element.split(';').find((part) => /^\s*for\s*=/i.test(part));
    const value = pair?.slice(pair.indexOf('=') + 1).trim() ?? '';
    return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  });
}

/** `[2001:db8::1]:443` and `192.0.2.1:443` without brackets and port. */
function withoutPort(text: string): string {
  if (text.startsWith('[')) return text.slice(1, text.indexOf(']'));
  const colon = text.indexOf(':');
  return colon !== -1 && colon === text.lastIndexOf(':') ? text.slice(0, colon) : text;
}
