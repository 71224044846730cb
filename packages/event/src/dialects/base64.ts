// Browsers and servers both have them; the language's own type library does not declare them.
declare const btoa: (binary: string) => string;
declare const atob: (base64: string) => string;

const CHUNK_BYTES = 0x8000;

/** The bytes as base64 (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(binary);
}

/** The bytes of base64; undefined for what is none. Padding may be missing. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
