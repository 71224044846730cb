import { hmacTag } from '../keys/hmac.js';

/**
 * The blind index of a value: what a search for equality looks for in the place of the value. A keyed hash of the field
 * and the value's normal form, 132 bits as base64url.
 *
 * @param field path of the field as the policy names it: `/actor/email`, or with a star for the items of a list
 * @param text normal form of the value
 */
export function blindIndex(blindKey: Uint8Array, field: string, text: string): string {
  return hmacTag(blindKey, `attestlog/blind/v1\0${field}\0${text}`);
}
