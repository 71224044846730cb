import { hash } from 'node:crypto';

/** Bytes of every key here. */
export const HMAC_KEY_BYTES = 32;

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const TAG_CHARS = 22;
/** No UTF-16 unit takes more than this in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

// Hashing is synchronous, so one scratch buffer for each of the two hashes serves all calls. What of a block lies
// behind the key stays as it is for ever.
const inner = Buffer.alloc(BLOCK_BYTES + 8192, 0x36);
const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

/**
 * HMAC-SHA-256 (RFC 2104) of the UTF-8 of a text. By two one-shot hashes, which take half the time of a hashing object.
 *
 * @param key 32 bytes
 */
export function hmacSha256(key: Uint8Array, text: string): Buffer {
  prepare(key, text);
  return Buffer.from(hash('sha256', outer, 'binary'), 'latin1');
}

/** The first 132 bits of the same as 22 characters of base64url, for tags and indexes. */
export function hmacTag(key: Uint8Array, text: string): string {
  prepare(key, text);
  return hash('sha256', outer, 'base64url').slice(0, TAG_CHARS);
}

/** Leaves in `outer` what the second hash is of. */
function prepare(key: Uint8Array, text: string): void {
  if (key.length !== HMAC_KEY_BYTES) throw new RangeError(`the key of an HMAC has ${HMAC_KEY_BYTES} bytes here`);
  const most = BLOCK_BYTES + text.length * MAX_BYTES_PER_UNIT;
  const input = most <= inner.length ? inner : Buffer.alloc(most, 0x36);
  for (let i = 0; i < HMAC_KEY_BYTES; i++) {
    const byte = key[i] as number;
    input[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  const end = BLOCK_BYTES + input.write(text, BLOCK_BYTES);
  outer.write(hash('sha256', input.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
}

/**
 * The text that a key is derived from or a box is bound to: a purpose, and what it is for. The parts must have no NUL,
 * so that no two lists give one text.
 */
export function bound(purpose: string, ...parts: readonly (string | number)[]): string {
  return `attestlog/${purpose}\0${parts.join('\0')}`;
}
