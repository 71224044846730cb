import { addressText, parseAddress } from './address.js';
import type { AddressList } from './address-list.js';

/** The header in which the trusted proxies say for whom they ask. */
export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/** What an HTTP request says of where it comes from. */
export interface RequestOrigin {
  /** The other end of the connection; undefined where there is none, as with a Unix socket. */
  remoteAddress: string | undefined;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** An address that nobody has, in the place of one that is not known. */
export const UNKNOWN_ADDRESS = '0.0.0.0';

const MAX_HOPS = 32;

/**
 * Finds a client's address behind proxies.
 *
 * Only what trusted proxies wrote counts: from the connection backwards, hop by hop, until the first address that is not
 * one of theirs. That is the client as far as anybody can vouch for it; whatever stands before it in the header was sent
 * by the client. Exactly one header is read, the one that the proxies are configured to write: a proxy that appends to
 * one passes the other one on as the client made it up.
 */
export class ClientAddresses {
  readonly #proxies: AddressList;
  readonly #header: ForwardedHeader;

  constructor(proxies: AddressList, header: ForwardedHeader) {
    this.#proxies = proxies;
    this.#header = header;
  }

  /** The client's address; {@link UNKNOWN_ADDRESS} when the connection has none. */
  of({ remoteAddress, headers }: RequestOrigin): string {
    const remote = remoteAddress === undefined ? undefined : normal(remoteAddress);
    if (remote === undefined) return UNKNOWN_ADDRESS;
    if (this.#proxies.size === 0 || !this.#proxies.contains(remote)) return remote;
    let client = remote;
    for (const hop of this.#hops(headers[this.#header])) {
      const address = hop === undefined ? undefined : normal(hop);
      // A proxy that hides its client, or a word that is no address: the proxy itself is all that is known.
      if (address === undefined) return client;
      client = address;
      if (!this.#proxies.contains(address)) return client;
    }
    return client;
  }

  /** What the proxies wrote, the nearest first; undefined for a hop that names no address. */
  #hops(header: string | readonly string[] | undefined): (string | undefined)[] {
    const text = header === undefined ? '' : typeof header === 'string' ? header : header.join(',');
    if (text.trim() === '') return [];
    const hops = this.#header === 'forwarded' ? forwardedHops(text) : text.split(',').map((hop) => hostOf(hop.trim()));
    return hops.slice(-MAX_HOPS).reverse();
  }
}

function normal(text: string): string | undefined {
  const address = parseAddress(text);
  return address && addressText(address);
}

/** The `for` of each element (RFC 7239, section 4). A header that is not well formed gives one hop without an address. */
function forwardedHops(text: string): (string | undefined)[] {
  const elements = splitOutsideQuotes(text, ',');
  return elements === undefined ? [undefined] : elements.map(forOf);
}

function forOf(element: string): string | undefined {
  const pairs = splitOutsideQuotes(element, ';') ?? [];
  const values = pairs.flatMap((pair) => /^\s*for=(.*)$/i.exec(pair)?.[1]?.trim() ?? []);
  // A name may stand once only: with two, nobody knows which one the proxy wrote.
  if (values.length !== 1) return undefined;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(values[0]!);
  return hostOf(quoted === null ? values[0]! : quoted[1]!.replaceAll(/\\(.)/g, '$1'));
}

/** Undefined when a quote is not closed. */
function splitOutsideQuotes(text: string, separator: string): string[] | undefined {
  const parts = [''];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) {
      parts.push('');
      continue;
    }
    parts[parts.length - 1] += quoted && character === '\\' ? character + (text[++i] ?? '') : character;
  }
  return quoted ? undefined : parts;
}

/** The address of `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::7`, `[2001:db8::7]` and `[2001:db8::7]:4711`. */
function hostOf(text: string): string {
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}
