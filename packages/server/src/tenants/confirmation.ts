import { createHmac, timingSafeEqual } from 'node:crypto';

const VALID_MS = 5 * 60_000;
const FORM = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/;

/**
 * A confirmation of something that cannot be undone: says who asked for what, and for how long it counts.
 *
 * @param act what is to be confirmed, of whom, and the revision of what it is about
 */
export function makeConfirmation(secret: Uint8Array, act: readonly (string | number)[], nowMs: number): string {
  const until = Math.floor(nowMs + VALID_MS).toString(36);
  return `${until}.${digestOf(secret, act, until).toString('base64url')}`;
}

/** Whether a text is a confirmation of this act that counts now. */
export function isConfirmation(
  text: string,
  secret: Uint8Array,
  act: readonly (string | number)[],
  nowMs: number,
): boolean {
  const [, until, digest] = FORM.exec(text) ?? [];
  if (until === undefined || digest === undefined) return false;
  const isGenuine = timingSafeEqual(Buffer.from(digest, 'base64url'), digestOf(secret, act, until));
  return isGenuine && Number.parseInt(until, 36) > nowMs;
}

function digestOf(secret: Uint8Array, act: readonly (string | number)[], until: string): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify([...act, until]))
    .digest();
}
