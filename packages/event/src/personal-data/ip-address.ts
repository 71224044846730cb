import { isIpAddress } from '../ip-address.js';
import { DIGIT, HEX, isAt, runEnd, WORD } from './character.js';
import { isNearest, versionWords, wordsBefore } from './context-words.js';
import { type DigitGroups, isPartOfWord } from './digit-groups.js';
import type { End } from './finding.js';

const COLON = 0x3a;
const DOT = 0x2e;
const SLASH = 0x2f;
const HYPHEN = 0x2d;
const ZERO = 0x30;
const IPV4_MAX_CHARS = 15;
/** Of IPv6 (RFC 4291, section 2.2). */
const GROUPS = 8;
const GROUP_MAX_CHARS = 4;

/**
 * An IPv4 address in dotted form. Not versions, object identifiers, networks (`192.0.2.0/24`), nor addresses that stand
 * for no machine of anybody: 0/8, loopback, multicast and reserved (RFC 6890), which masks are among.
 */
export function ipv4End(text: string, start: number, groups: DigitGroups, label: string): End {
  if (groups.count < 4) return undefined;
  for (let group = 0; group < 3; group++) if (groups.separators[group] !== '.') return undefined;
  if (groups.separatorAfter(3) === '.' && !isPort(text, groups)) return undefined;
  if (!isIpv4(text, groups) || isGluedAddress(text, start)) return undefined;
  const end = groups.ends[3]!;
  if (isAt(text, end, WORD) || isNetwork(text, end)) return undefined;
  if (text.charCodeAt(end) === HYPHEN && isAt(text, end + 1, WORD)) return undefined;
  return isNearest(wordsBefore(text, start, label).slice(0, 2), versionWords) ? undefined : end;
}

/** Tools that watch the network write the port after a further dot: `192.0.2.1.52344`. */
function isPort(text: string, groups: DigitGroups): boolean {
  const length = groups.lengthOf(4);
  if (groups.separatorAfter(4) === '.' || (length !== 4 && length !== 5)) return false;
  return Number(text.slice(groups.starts[4], groups.ends[4])) <= 65_535;
}

function isIpv4(text: string, { starts, ends, lengths }: DigitGroups): boolean {
  for (let part = 0; part < 4; part++) {
    const length = lengths[part]!;
    if (length > 3 || (length > 1 && text.charCodeAt(starts[part]!) === ZERO)) return false;
    const value = Number(text.slice(starts[part], ends[part]));
    if (value > 255 || (part === 0 && (value === 0 || value === 127 || value >= 224))) return false;
  }
  return true;
}

/** `Chrome/120.0.1.1`, `v1.2.3.4`, `ip-10.0.0.1`, `.1.3.6.1`; not `//192.0.2.1` and `=192.0.2.1`. */
function isGluedAddress(text: string, start: number): boolean {
  return isPartOfWord(text, start) || text.charCodeAt(start - 1) === DOT;
}

/** A prefix length that leaves more than one address. */
function isNetwork(text: string, end: number): boolean {
  if (text.charCodeAt(end) !== SLASH || !isAt(text, end + 1, DIGIT)) return false;
  const length = isAt(text, end + 2, DIGIT) ? 2 : 1;
  if (isAt(text, end + 1 + length, WORD)) return false;
  return Number(text.slice(end + 1, end + 1 + length)) < 32;
}

/**
 * An IPv6 address around a colon: global unicast (2000::/3), unique local and link-local ones, which begin with a group
 * of four digits. So times, hardware addresses, fingerprints and paths of modules are none.
 *
 * @param colon place of a colon
 * @returns start and end; undefined: there is none
 */
export function ipv6Around(text: string, colon: number): { start: number; end: number } | undefined {
  const start = colon - 4;
  if (start < 0 || !isFirstGroup(text, start)) return undefined;
  if (isAt(text, start - 1, WORD) || text.charCodeAt(start - 1) === COLON) return undefined;
  const end = ipv6End(text, start);
  return end === undefined || isAt(text, end, WORD) ? undefined : { start, end };
}

/** Groups of up to four digits with a colon between them: eight, or fewer with two colons once (RFC 4291, section 2.2). */
function ipv6End(text: string, start: number): End {
  let groups = 0;
  let isShortened = false;
  for (let index = start; ; ) {
    const end = runEnd(text, index, HEX, GROUP_MAX_CHARS + 1);
    if (end - index > GROUP_MAX_CHARS) return undefined;
    if (end > index && text.charCodeAt(end) === DOT && isAt(text, end + 1, DIGIT)) return mixedEnd(text, start, index);
    if (end > index) groups++;
    const isDouble = text.charCodeAt(end) === COLON && text.charCodeAt(end + 1) === COLON;
    if (isDouble) {
      if (isShortened || text.charCodeAt(end + 2) === COLON) return undefined;
      isShortened = true;
      index = end + 2;
      continue;
    }
    const goesOn = text.charCodeAt(end) === COLON && isAt(text, end + 1, HEX);
    // A single colon at the end is the sentence's.
    if (!goesOn) return (isShortened ? groups < GROUPS : groups === GROUPS) ? end : undefined;
    if (groups === GROUPS) return undefined;
    index = end + 1;
  }
}

/** The end of an address whose last part is an IPv4 address, which is rare. */
function mixedEnd(text: string, start: number, last: number): End {
  const limit = Math.min(text.length, last + IPV4_MAX_CHARS);
  let end = last;
  while (end < limit && (isAt(text, end, DIGIT) || (text.charCodeAt(end) === DOT && isAt(text, end + 1, DIGIT)))) end++;
  return isIpAddress(text.slice(start, end)) ? end : undefined;
}

/** 2000 to 3fff, fc00 to fdff, fe80 to febf. */
function isFirstGroup(text: string, start: number): boolean {
  for (let index = start; index < start + 4; index++) if (!isAt(text, index, HEX)) return false;
  const value = Number.parseInt(text.slice(start, start + 4), 16);
  return (value >= 0x2000 && value <= 0x3fff) || (value >= 0xfc00 && value <= 0xfdff) || (value & 0xffc0) === 0xfe80;
}
