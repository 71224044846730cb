/** Gives so many random bytes, fit for keys: `crypto.randomBytes` outside tests. */
export type RandomBytes = (count: number) => Uint8Array;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The largest multiple of 62 that a byte can reach: bytes from here on would favour the first letters. */
const FAIR = 248;

/** Random letters and digits, each equally likely: 5.95 bits a character. */
export function randomText(random: RandomBytes, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random(length - text.length)) {
      if (byte < FAIR) text += ALPHABET[byte % 62];
    }
  }
  return text;
}

/** A whole number in letters and digits (base 62), filled with zeros to `length`. @throws RangeError if it does not fit */
export function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = ALPHABET[Number(rest % 62n)] + text;
  if (text.length > length) throw new RangeError('the number does not fit');
  return text.padStart(length, '0');
}

/** The number that {@link base62} wrote; undefined for other characters. */
export function fromBase62(text: string): bigint | undefined {
  let value = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    value = value * 62n + BigInt(digit);
  }
  return value;
}
