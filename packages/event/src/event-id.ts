/**
 * Ids that begin so are the server's own: of the events that it writes into a log itself, such as who read it. Intake
 * refuses them from clients, so that none of these events can be forged.
 */
export const SERVER_ID_PREFIX = 'attestlog:';

/**
 * A UUID version 7 (RFC 9562, section 5.7): sorted by time to the millisecond, then random.
 *
 * @param unixMs milliseconds since 1970, an integer from 0 to 2^48 − 1
 * @param random 10 random bytes; 74 of their 80 bits are used
 */
export function uuidv7(unixMs: number, random: Uint8Array): string {
  if (!Number.isInteger(unixMs) || unixMs < 0 || unixMs >= 2 ** 48) throw new RangeError('unixMs must fit 48 bits');
  if (random.length !== 10) throw new RangeError('random must be 10 bytes');
  const time = unixMs.toString(16).padStart(12, '0');
  const at = (index: number) => HEX[random[index] as number] as string;
  const version = HEX[((random[0] as number) & 0x0f) | 0x70] as string;
  const variant = HEX[((random[2] as number) & 0x3f) | 0x80] as string;
  const tail = `${version}${at(1)}-${variant}${at(3)}-${at(4)}${at(5)}${at(6)}${at(7)}${at(8)}${at(9)}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail}`;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
