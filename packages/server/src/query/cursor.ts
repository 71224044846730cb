import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../errors.js';
import type { EntryPlace } from '../ports/event-selection.js';
import type { Position } from '../ports/store.js';

/** Where a page begins, and of which moment it is. */
export interface CursorPlace extends EntryPlace {
  /** Whether its page lies behind the key or in front of it, in the order that was asked for. */
  toward: 'next' | 'previous';
  /** What was readable at the first page: only entries with a smaller position are in the pages after it. */
  before: Position;
  /** When the first page was asked for, in milliseconds since 1970: what "yesterday" goes back from. */
  askedAtMs: number;
}

const SIGNATURE_BYTES = 16;
const PLACE_BYTES = 33;
const TOWARD = ['next', 'previous'] as const;

/**
 * A cursor is opaque to its holder: the place, and a signature (HMAC-SHA256, truncated) over the place and all that
 * decides what its pages hold. So it goes on with its own query and grant only, and nobody can make one that points at
 * the time and the index of an event that they may not see.
 *
 * @param scope everything that decides what the pages hold, as one text
 * @param secret of the deployment
 */
export function encodeCursor(place: CursorPlace, scope: string, secret: Uint8Array): string {
  const bytes = Buffer.alloc(PLACE_BYTES);
  bytes.writeUInt8(TOWARD.indexOf(place.toward), 0);
  bytes.writeBigInt64BE(place.timeNs, 1);
  bytes.writeBigUInt64BE(BigInt(place.index), 9);
  bytes.writeBigUInt64BE(BigInt(place.before), 17);
  bytes.writeBigUInt64BE(BigInt(place.askedAtMs), 25);
  return Buffer.concat([signatureOf(bytes, scope, secret), bytes]).toString('base64url');
}

/** @throws Problem `cursor-invalid` */
export function decodeCursor(cursor: string, scope: string, secret: Uint8Array): CursorPlace {
  const bytes = Buffer.from(cursor, 'base64url');
  const place = bytes.subarray(SIGNATURE_BYTES);
  // More than one text decodes to the same bytes; only the one that was given out counts.
  const isOurs =
    place.length === PLACE_BYTES &&
    bytes.toString('base64url') === cursor &&
    timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), signatureOf(place, scope, secret));
  const toward = isOurs ? TOWARD[place.readUInt8(0)] : undefined;
  if (toward === undefined) throw new Problem('cursor-invalid');
  return {
    toward,
    timeNs: place.readBigInt64BE(1),
    index: Number(place.readBigUInt64BE(9)),
    before: Number(place.readBigUInt64BE(17)),
    askedAtMs: Number(place.readBigUInt64BE(25)),
  };
}

function signatureOf(place: Uint8Array, scope: string, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(place).update(scope).digest().subarray(0, SIGNATURE_BYTES);
}
