import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../errors.js';

/** The file of an export that a link leads to, and until when. */
export interface LinkedFile {
  tenant: string;
  id: string;
  name: string;
  /** Seconds since 1970. */
  expires: number;
}

/**
 * The signature of a download link: HMAC-SHA256 over everything that it says. Whoever has the link may download this one
 * file until then, without a credential.
 *
 * @param secret of the deployment
 */
export function signLink(file: LinkedFile, secret: Uint8Array): string {
  return macOf(file, secret).toString('base64url');
}

/** @throws Problem `link-invalid` where the signature is not that of the file, `link-expired` after its time */
export function requireLink(file: LinkedFile, signature: string, secret: Uint8Array, nowMs: number): void {
  const given = Buffer.from(signature, 'base64url');
  const expected = macOf(file, secret);
  // More than one text decodes to the same bytes; only the one that was given out counts.
  const isOurs =
    given.length === expected.length && timingSafeEqual(given, expected) && given.toString('base64url') === signature;
  if (!isOurs) throw new Problem('link-invalid');
  if (nowMs >= file.expires * 1000) throw new Problem('link-expired');
}

/** No part has a line feed in it, so no two files have the same text. */
function macOf({ tenant, id, name, expires }: LinkedFile, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`attestlog download v1\n${tenant}\n${id}\n${name}\n${expires}`).digest();
}
