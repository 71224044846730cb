/**
 * Integers of AnyValue; strings, to be passed over; and whole numbers of so many digits that reading may round them. Since
 * strings are passed over whole, nothing inside of one is taken for a number.
 */
const INTEGERS = /("intValue"\s*:\s*)(-?\d+)(?![\d.eE])|"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs;

/**
 * Writes integers of 64 bits in a JSON text as texts, and so as the JSON mapping of protocol buffers writes them; it reads
 * numbers too, of which readers of JSON lose digits.
 */
export function quoteIntegers(text: string): string {
  return text.replace(INTEGERS, (token, key: string | undefined, digits: string | undefined) => {
    if (key !== undefined) return `${key}"${digits}"`;
    return token.startsWith('"') ? token : `"${token}"`;
  });
}
