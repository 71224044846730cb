import { createHash } from 'node:crypto';
import { Problem } from '../errors.js';

/** Where a page ended: the key of its last entry, in the order of the page. */
export interface PageKey {
  timeNs: bigint;
  index: number;
}

/**
 * A cursor is opaque to its holder: the key, and a digest of the query it belongs to, so that it cannot be used with
 * another one by mistake.
 */
export function encodeCursor(key: PageKey, query: string): string {
  return Buffer.from(`${key.timeNs}.${key.index}.${queryDigest(query)}`).toString('base64url');
}

/** @throws Problem `cursor-invalid` */
export function decodeCursor(cursor: string, query: string): PageKey {
  const match = /^(-?\d{1,19})\.(\d{1,16})\.([0-9a-f]{16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null) throw new Problem('cursor-invalid');
  const [, timeNs, index, digest] = match;
  if (digest !== queryDigest(query)) throw new Problem('cursor-invalid');
  const key = { timeNs: BigInt(timeNs!), index: Number(index) };
  if (!Number.isSafeInteger(key.index) || BigInt.asIntN(64, key.timeNs) !== key.timeNs) {
    throw new Problem('cursor-invalid');
  }
  return key;
}

function queryDigest(query: string): string {
  return createHash('sha256').update(query).digest('hex').slice(0, 16);
}
