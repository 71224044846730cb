import { NONCE_BYTES } from '../keys/box.js';
import { hmacSha256 } from '../keys/hmac.js';
import { keyedHash } from '../keys/keyed-hash.js';
import type { SubjectKey } from '../keys/subject-key-document.js';

/** Which event something is sealed for. An id is one event's alone within its tenant. */
export interface EventName {
  readonly tenant: string;
  readonly id: string;
}

/** What one subject's values in one event are sealed with, all derived from the subject's key. */
export interface EventKeys {
  /** Encrypts the values. */
  readonly boxKey: Uint8Array;
  /** Makes the salts and the nonces. */
  readonly saltKey: Uint8Array;
}

/** The keys for an event: others for each subject, key, tenant and id. */
export function eventKeysOf({ key }: SubjectKey, { tenant, id }: EventName): EventKeys {
  const saltKey = hmacSha256(key, `attestlog/event/v1\0${tenant}\0${id}`);
  return { boxKey: Buffer.from(keyedHash(saltKey, 'attestlog/box/v1'), 'latin1'), saltKey };
}

/**
 * The salt of a value: 32 bytes, one character each, that nobody can guess without the subject's key, and the same ones whenever the same
 * value is sealed at the same place of the same event, so that a repeat gives the same entry. Another value has another
 * salt: to open one says nothing of the other.
 *
 * @param json canonical JSON of the value
 */
export function saltOf({ saltKey }: EventKeys, pointer: string, json: string): string {
  return keyedHash(saltKey, `attestlog/salt/v1\0${pointer}\0${json}`);
}

/**
 * A nonce of fresh chance and of the content together. The key is this event's alone, so chance by
 * itself would do; but should it ever repeat, as in a machine that is set back to a snapshot, two contents still have
 * two nonces (docs/decisions/0009).
 *
 * @param fresh random characters, always as many, none beyond U+00FF
 */
export function nonceOf({ saltKey }: EventKeys, fresh: string, context: string, content: string): Buffer {
  const digest = keyedHash(saltKey, `attestlog/nonce/v1\0${fresh}\0${context}\0${content}`);
  return Buffer.from(digest.slice(0, NONCE_BYTES), 'latin1');
}

/** What the box of an item is bound to: its event, its key and its fields. */
export function itemContext(
  { tenant, id }: EventName,
  tag: string,
  generation: number,
  pointers: readonly string[],
): string {
  return `attestlog/item/v1\0${tenant}\0${id}\0${tag}\0${generation}\0${pointers.join('\0')}`;
}
