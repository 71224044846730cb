import type { DetectionKind } from './finding.js';
import { secretPrefix } from './secret-form.js';

/**
 * How much of a value a mask leaves.
 *
 * - `partial`: enough to recognise what one knows already: `j***@example.com`, `203.0.113.x`, `**** **** **** 4242`.
 * - `hash`: a keyed hash, so that equal values can be told to be equal.
 * - `full`: only what kind it was.
 */
export const maskStyles = ['partial', 'hash', 'full'] as const;
export type MaskStyle = (typeof maskStyles)[number];

/** What can be masked: what detection finds, and values of fields: names of people, and any other text. */
export type Maskable = DetectionKind | 'name' | 'text';

/**
 * A keyed hash (such as HMAC-SHA-256) of a text as hexadecimal digits, at least 16. Without a key, whoever has the hash
 * of a telephone number finds the number by trying all.
 */
export type KeyedHashHex = (text: string) => string;

const HASH_SHOWN_CHARS = 16;
const REST = '***';

/**
 * A value with what is private of it replaced. What it gives is never longer than 320 characters, and holds no finding.
 *
 * @param hash for the style `hash`; without one, that masks as `full`
 */
export function maskValue(what: Maskable, value: string, style: MaskStyle, hash?: KeyedHashHex): string {
  if (style === 'partial') return partial(what, value);
  if (style === 'full' || hash === undefined) return `[${what}]`;
  const compared = what === 'email' ? value.toLowerCase() : value;
  // The letter keeps digits from looking like a number of their own.
  return `[${what}:h${hash(compared).slice(0, HASH_SHOWN_CHARS)}]`;
}

function partial(what: Maskable, value: string): string {
  switch (what) {
    case 'email':
      return partialEmail(value);
    case 'ip_address':
      return partialAddress(value);
    case 'phone':
      return partialPhone(value);
    case 'credit_card':
      return `**** **** **** ${lastDigits(value, 4)}`;
    case 'iban':
      return `${value.slice(0, 2)}** **** ${value.slice(-4)}`;
    case 'us_ssn':
      return `***-**-${lastDigits(value, 4)}`;
    case 'api_key':
      return `${secretPrefix(value) ?? ''}${REST}`;
    case 'name':
      return initials(value);
    case 'text':
      return REST;
    default:
      return `[${what}]`;
  }
}

const DOMAIN_MAX_CHARS = 255;

function partialEmail(value: string): string {
  const at = value.lastIndexOf('@');
  if (at === -1) return REST;
  const first = String.fromCodePoint(value.codePointAt(0)!);
  const domain = value.slice(at + 1, at + 1 + DOMAIN_MAX_CHARS);
  // A local part of one character would be told whole.
  return `${at > first.length ? first : ''}${REST}@${domain}`;
}

const ADDRESS_MAX_CHARS = 64;

/** Without the last octet; of IPv6 at most the first three groups, which are a site's. */
function partialAddress(value: string): string {
  const [address = ''] = value.slice(0, ADDRESS_MAX_CHARS).split('%', 1);
  const dot = address.lastIndexOf('.');
  if (dot !== -1) return `${address.slice(0, dot)}.x`;
  if (!address.includes(':')) return REST;
  const [head = ''] = address.split('::', 1);
  return `${head.split(':').slice(0, 3).join(':')}::x`;
}

const PHONE_MAX_CHARS = 40;

/** The last four digits, or two of a short number; signs and gaps stay. */
function partialPhone(value: string): string {
  const shown = value.slice(0, PHONE_MAX_CHARS);
  const digits = shown.replace(/\D/g, '').length;
  let left = digits > 8 ? digits - 4 : digits - 2;
  return shown.replace(/\d/g, (digit) => (left-- > 0 ? '*' : digit));
}

function lastDigits(value: string, count: number): string {
  return value.replace(/\D/g, '').slice(-count);
}

const NAME_WORDS_MAX_ITEMS = 8;

function initials(value: string): string {
  const words = value.trim().split(/\s+/, NAME_WORDS_MAX_ITEMS);
  return words.map((word) => (word === '' ? REST : `${String.fromCodePoint(word.codePointAt(0)!)}${REST}`)).join(' ');
}
