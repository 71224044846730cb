import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../errors.js';

/** Where a page ended: the key of its last entry, in the order of the page. */
export interface PageKey {
  timeNs: bigint;
  index: number;
}

const SIGNATURE_BYTES = 16;

/**
 * A cursor is opaque to its holder: the key, and a signature (HMAC-SHA256, truncated) over the key and all that decides
 * what its pages hold. So it goes on with its own query and grant only, and nobody can make one that points at the time
 * and the index of an event that they may not see.
 *
 * @param scope everything that decides what the pages hold, as one text
 * @param secret of the deployment
 */
export function encodeCursor(key: PageKey, scope: string, secret: Uint8Array): string {
  const place = `${key.timeNs}.${key.index}`;
  return Buffer.concat([signatureOf(place, scope, secret), Buffer.from(place)]).toString('base64url');
}

/** @throws Problem `cursor-invalid` */
export function decodeCursor(cursor: string, scope: string, secret: Uint8Array): PageKey {
  const bytes = Buffer.from(cursor, 'base64url');
  const place = bytes.subarray(SIGNATURE_BYTES).toString('latin1');
  // More than one text decodes to the same bytes; only the one that was given out counts.
  const isOurs =
    bytes.length > SIGNATURE_BYTES &&
    bytes.toString('base64url') === cursor &&
    timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), signatureOf(place, scope, secret));
  const match = isOurs ? /^(-?\d{1,19})\.(\d{1,16})$/.exec(place) : null;
  if (match === null) throw new Problem('cursor-invalid');
  return { timeNs: BigInt(match[1]!), index: Number(match[2]) };
}

function signatureOf(place: string, scope: string, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${place}\n${scope}`).digest().subarray(0, SIGNATURE_BYTES);
}
