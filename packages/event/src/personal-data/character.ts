/** Classes of ASCII characters, as bits. */
export const DIGIT = 1;
export const UPPER = 2;
export const LOWER = 4;
export const LETTER = UPPER | LOWER;
/** Digits A to F of either case; the decimal digits are {@link DIGIT}. */
const HEX_LETTER = 8;
export const HEX = DIGIT | HEX_LETTER;
export const ALPHANUMERIC = DIGIT | LETTER;
export const UNDERSCORE = 16;
export const HYPHEN = 32;
/** What a word of a program is made of. */
export const WORD = ALPHANUMERIC | UNDERSCORE;
/** The alphabet of base64url, of which tokens are made. */
export const TOKEN = WORD | HYPHEN;
/** `+` and `/`: base64 has them beside letters and digits. */
export const BASE64_SIGN = 64;
/** `.`, `%`, `+` and `'`: the local part of an address has them beside the alphabet of tokens. */
export const LOCAL_SIGN = 128;

const classes = new Uint8Array(128);
const mark = (characters: string, bits: number) => {
  for (const character of characters) classes[character.charCodeAt(0)]! |= bits;
};
mark('0123456789', DIGIT);
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER);
mark('abcdefghijklmnopqrstuvwxyz', LOWER);
mark('ABCDEFabcdef', HEX_LETTER);
mark('_', UNDERSCORE);
mark('-', HYPHEN);
mark('+/', BASE64_SIGN);
mark(".%+'", LOCAL_SIGN);

/** Whether the text has a character of these classes there; not before its start or after its end. */
export function isAt(text: string, index: number, bits: number): boolean {
  const code = text.charCodeAt(index);
  // NaN, outside the text, is in no class.
  return code < 128 && (classes[code]! & bits) !== 0;
}

/** Where a run of characters of these classes ends; at most so many characters are looked at. */
export function runEnd(text: string, start: number, bits: number, maxChars: number): number {
  const limit = Math.min(text.length, start + maxChars);
  let index = start;
  while (index < limit && isAt(text, index, bits)) index++;
  return index;
}

/** Where a run of decimal digits ends; at most so many characters are looked at. */
export function digitsEnd(text: string, start: number, maxChars: number): number {
  const limit = Math.min(text.length, start + maxChars);
  let index = start;
  while (index < limit) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return index;
    index++;
  }
  return index;
}

/** Letters of European scripts beyond ASCII, which names in addresses have. Not those of scripts without spaces. */
export function isForeignLetter(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return (code >= 0xc0 && code <= 0x24f) || (code >= 0x370 && code <= 0x52f);
}
