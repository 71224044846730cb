import { type FoundField, ipNetwork } from '@attestlog/event';
import { fieldSql } from './field-sql.js';
import type { FilterParameters } from './filter-parameters.js';

/** The engine knows no zones (RFC 4007); what is no IPv6 address with a proper zone stays as it is, and is none. */
const withoutZone = (text: string) =>
  `if(match(${text}, '^[^%]*:[^%]*%[0-9A-Za-z._~-]{1,32}$'), substringIndex(${text}, '%', 1), ${text})`;

/** An IPv4 address is the IPv6 address that it is mapped to, for the engine as for us. */
export function networkSql(found: FoundField, networks: readonly string[], parameters: FilterParameters): string {
  const ranges = networks.map((network) => {
    const range = ipNetwork(network);
    if (range === undefined) throw new RangeError('not a network');
    return range;
  });
  const from = parameters.texts(ranges.map((range) => colons(range.from)));
  const to = parameters.texts(ranges.map((range) => colons(range.to)));
  const address = `toIPv6OrNull(${withoutZone(fieldSql(found).text)})`;
  return `arrayExists((low, high) -> ifNull(${address} >= toIPv6(low) AND ${address} <= toIPv6(high), 0), ${from}, ${to})`;
}

/** 32 hex digits as an IPv6 address. */
function colons(key: string): string {
  return (key.match(/.{4}/g) ?? []).join(':');
}
