import { hash } from 'node:crypto';

const KEY_BYTES = 32;
const LENGTH_BYTES = 4;
/** No UTF-16 unit takes more than this in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

// Hashing is synchronous, so one scratch buffer serves all calls.
const scratch = Buffer.alloc(KEY_BYTES + LENGTH_BYTES + 8192);

/**
 * SHA-256(key ‖ length of the text in bytes as uint32 ‖ text in UTF-8): 32 bytes, one character each.
 *
 * A pseudorandom function, since the length before the text keeps one input from being the beginning of another (Bellare,
 * Canetti and Krawczyk, "Pseudorandom Functions Revisited", 1996). For the keys of one event, of which sealing it derives
 * half a dozen values; keys that live longer are used with HMAC, which takes twice as long.
 *
 * @param key 32 bytes
 */
export function keyedHash(key: Uint8Array, text: string): string {
  if (key.length !== KEY_BYTES) throw new RangeError(`the key of a keyed hash has ${KEY_BYTES} bytes`);
  const start = KEY_BYTES + LENGTH_BYTES;
  const most = start + text.length * MAX_BYTES_PER_UNIT;
  const input = most <= scratch.length ? scratch : Buffer.alloc(most);
  input.set(key);
  const bytes = input.write(text, start);
  input.writeUInt32BE(bytes, KEY_BYTES);
  return hash('sha256', input.subarray(0, start + bytes), 'binary');
}
