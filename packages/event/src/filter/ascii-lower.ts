const UPPER = /[A-Z]+/g;
const HAS_UPPER = /[A-Z]/;

/** A to Z in lower case and all else as it is: what the store's `lower` does, and what depends on no version of Unicode. */
export function asciiLower(text: string): string {
  return HAS_UPPER.test(text) ? text.replace(UPPER, (letters) => letters.toLowerCase()) : text;
}
