import { hash } from 'node:crypto';

/**
 * An event's id: of one change always the same, so that a change that is reported twice is recorded once. It has the form
 * of a UUID of version 4 (RFC 9562, section 5.4), which the schema asks for; its bits are a hash, and not drawn by lot.
 *
 * @param parts what tells the change from all others
 */
export function eventIdOf(...parts: readonly string[]): string {
  const bytes = hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
