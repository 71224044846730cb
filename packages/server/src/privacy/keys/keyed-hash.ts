import { hash } from 'node:crypto';
import { roomFor, Scratch } from './scratch.js';

const KEY_BYTES = 32;
const LENGTH_BYTES = 4;
const START = KEY_BYTES + LENGTH_BYTES;
const ROOM_BYTES = 8192;

// Hashing is synchronous, so one scratch buffer serves all calls.
const scratch = new Scratch(START + ROOM_BYTES);

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
  const input = scratch.hasRoom(START, text) ? scratch : new Scratch(roomFor(START, text));
  input.bytes.set(key);
  const end = input.text(text, START);
  input.bytes.writeUInt32BE(end - START, KEY_BYTES);
  return hash('sha256', input.upTo(end), 'binary');
}
