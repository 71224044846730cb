import { MAX_ENTRY_BYTES } from './hash.js';
import { TILE_WIDTH } from './tile.js';
import { TlogError } from './tlog-error.js';

/** Bytes of the length that stands before each entry. */
export const LENGTH_BYTES = 2;

/**
 * Frames entries as an entry bundle: for each, its length as uint16 big-endian, then its bytes (tlog-tiles).
 * @throws TlogError `bad-argument` for more than 256 entries or an entry over 65,535 bytes.
 */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH) {
    throw new TlogError('bad-argument', `a bundle holds at most ${TILE_WIDTH} entries, not ${entries.length}`);
  }
  let total = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw new TlogError('bad-argument', `an entry is at most ${MAX_ENTRY_BYTES} bytes, not ${entry.length}`);
    }
    total += LENGTH_BYTES + entry.length;
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const entry of entries) {
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bytes;
}

/**
 * The entries of a bundle, as views into `bytes`.
 * @param expectedCount how many entries there must be; without it, up to 256
 * @throws TlogError `malformed-bundle` if the bytes end inside an entry, or if there are more or fewer entries.
 */
export function decodeBundle(bytes: Uint8Array, expectedCount?: number): Uint8Array[] {
  const limit = expectedCount ?? TILE_WIDTH;
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (entries.length === limit) {
      const message = `${bytes.length - at} bytes follow the last of ${limit} entries, at byte ${at}`;
      throw new TlogError('malformed-bundle', message);
    }
    const end = frameEnd(bytes, at);
    if (end === undefined) {
      throw new TlogError('malformed-bundle', `entry ${entries.length}, at byte ${at}, is cut off`);
    }
    entries.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  if (expectedCount !== undefined && entries.length < expectedCount) {
    throw new TlogError('malformed-bundle', `${entries.length} entries where ${expectedCount} are expected`);
  }
  return entries;
}

/** Where the framed entry that starts at byte `at` ends, or undefined if `bytes` end before it does. */
export function frameEnd(bytes: Uint8Array, at: number): number | undefined {
  if (at + LENGTH_BYTES > bytes.length) return undefined;
  const end = at + LENGTH_BYTES + bytes[at]! * 256 + bytes[at + 1]!;
  return end > bytes.length ? undefined : end;
}
