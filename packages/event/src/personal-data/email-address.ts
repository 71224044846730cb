import { ALPHANUMERIC, DIGIT, HYPHEN, isAt, isForeignLetter, LETTER, LOCAL_SIGN, TOKEN } from './character.js';
import { wordsBefore } from './context-words.js';

/** RFC 5321, section 4.5.3.1. */
const LOCAL_MAX_CHARS = 64;
const DOMAIN_MAX_CHARS = 255;
const REMOTE_PATH_MAX_CHARS = 128;
const DOT = 0x2e;
const COLON = 0x3a;
const LESS_THAN = 0x3c;

/** Ends of file names that are no top-level domains: `icon@2x.png`. */
const fileEndings = new Set(
  'png jpg jpeg gif svg webp ico bmp tiff css js jsx tsx json html htm xml pdf txt csv log yml yaml exe dll'.split(' '),
);

/**
 * An e-mail address around an `@`: a local part without quotes (RFC 5321), and a domain with a dot whose last label is of
 * letters. Not: remotes of git and scp (`git@host:path`), versions (`pkg@1.2.3`), file names, ids of messages.
 *
 * @param at place of the `@`
 * @param floor where the text begins that may belong to it
 */
export function emailAround(text: string, at: number, floor: number): { start: number; end: number } | undefined {
  const start = localStart(text, at, floor);
  if (start === at) return undefined;
  const end = domainEnd(text, at + 1);
  if (end === undefined || isRemote(text, end) || isMessageId(text, start)) return undefined;
  return { start, end };
}

function localStart(text: string, at: number, floor: number): number {
  const limit = Math.max(floor, at - LOCAL_MAX_CHARS);
  let start = at;
  while (start > limit && (isAt(text, start - 1, TOKEN | LOCAL_SIGN) || isForeignLetter(text, start - 1))) start--;
  // Quotes, dots and hyphens around it are none of it.
  while (start < at && !isNameCharacter(text, start)) start++;
  return text.charCodeAt(at - 1) === DOT ? at : start;
}

function isNameCharacter(text: string, index: number): boolean {
  return isAt(text, index, ALPHANUMERIC) || text[index] === '_' || isForeignLetter(text, index);
}

function domainEnd(text: string, start: number): number | undefined {
  const limit = Math.min(text.length, start + DOMAIN_MAX_CHARS);
  let end: number | undefined;
  let labelStart = start;
  for (let index = start; index <= limit; index++) {
    if (isAt(text, index, ALPHANUMERIC | HYPHEN) || isForeignLetter(text, index)) continue;
    if (index === labelStart) break;
    if (labelStart > start) end = isTopLevel(text, labelStart, index) ? index : undefined;
    if (text.charCodeAt(index) !== DOT) break;
    labelStart = index + 1;
  }
  return end;
}

function isTopLevel(text: string, start: number, end: number): boolean {
  if (end - start < 2 || isAt(text, start, HYPHEN) || isAt(text, end - 1, HYPHEN)) return false;
  const label = text.slice(start, end).toLowerCase();
  if (label.startsWith('xn--')) return true;
  for (let index = start; index < end; index++) {
    if (!isAt(text, index, LETTER) && !isForeignLetter(text, index)) return false;
  }
  return !fileEndings.has(label);
}

/** A path follows after a colon, as with scp and git. */
function isRemote(text: string, end: number): boolean {
  if (text.charCodeAt(end) !== COLON) return false;
  const limit = Math.min(text.length, end + REMOTE_PATH_MAX_CHARS);
  for (let index = end + 1; index < limit; index++) {
    if (text[index] === '/') return true;
    if (!isAt(text, index, TOKEN | LOCAL_SIGN | DIGIT) && text[index] !== '~') return false;
  }
  return false;
}

/** The header says that it is a message's, not a person's (RFC 5322, section 3.6.4). */
function isMessageId(text: string, start: number): boolean {
  if (text.charCodeAt(start - 1) !== LESS_THAN) return false;
  const [first, second, third] = wordsBefore(text, start, '');
  return (
    first === 'references' ||
    (first === 'id' && second === 'message') ||
    (first === 'to' && second === 'reply' && third === 'in')
  );
}
