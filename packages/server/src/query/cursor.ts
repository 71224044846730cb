import { createHash } from 'node:crypto';
import { Problem } from '../errors.js';

/** Where a page ended: the key of its last entry, in the order of the page. */
export interface PageKey {
  timeNs: bigint;
  index: number;
}

/**
 * A cursor is opaque to its holder: the key, and a digest of the key and of the query it belongs to, so that a changed
 * cursor, or one of another query, is recognised. It is no secret and grants nothing.
 */
export function encodeCursor(key: PageKey, query: string): string {
  const place = `${key.timeNs}.${key.index}`;
  return Buffer.from(`${place}.${digestOf(place, query)}`).toString('base64url');
}

/** @throws Problem `cursor-invalid` */
export function decodeCursor(cursor: string, query: string): PageKey {
  const match = /^(-?\d{1,19})\.(\d{1,16})\.[0-9a-f]{16}$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null) throw new Problem('cursor-invalid');
  const key = { timeNs: BigInt(match[1]!), index: Number(match[2]) };
  const isOurs = encodeCursor(key, query) === cursor;
  if (!isOurs || !Number.isSafeInteger(key.index) || BigInt.asIntN(64, key.timeNs) !== key.timeNs) {
    throw new Problem('cursor-invalid');
  }
  return key;
}

function digestOf(place: string, query: string): string {
  return createHash('sha256').update(`${place}\n${query}`).digest('hex').slice(0, 16);
}
