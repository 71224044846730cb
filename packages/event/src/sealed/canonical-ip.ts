import { isIpAddress } from '../ip-address.js';

/**
 * One text for each address, however it is written: IPv4 as dotted decimals, also where IPv6 carries it
 * (`::ffff:192.0.2.1`); IPv6 by RFC 5952, with its zone. Undefined for what is no address.
 */
export function canonicalIp(text: string): string | undefined {
  if (!isIpAddress(text)) return undefined;
  if (!text.includes(':')) return text;
  const percent = text.indexOf('%');
  const zone = percent === -1 ? '' : text.slice(percent);
  const groups = groupsOf(percent === -1 ? text : text.slice(0, percent));
  const isMapped = zone === '' && groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? dotted(groups[6] as number, groups[7] as number) : `${compressed(groups)}${zone}`;
}

/** The eight 16-bit groups of an IPv6 address that is known to be well formed. */
function groupsOf(address: string): number[] {
  const [head, tail] = address.split('::').map(readGroups) as [number[], number[] | undefined];
  if (tail === undefined) return head;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function readGroups(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a, b, c, d] = group.split('.').map(Number) as [number, number, number, number];
    return [a * 256 + b, c * 256 + d];
  });
}

function dotted(high: number, low: number): string {
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** RFC 5952, section 4: lower case, no leading zeros, the longest run of two or more zeros as `::`, the first of equals. */
function compressed(groups: readonly number[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (start + length < groups.length && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}
