import { hmacTag } from '../keys/hmac.js';
import type { SubjectKey } from '../keys/subject-key-document.js';

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

/** Fields of one subject whose last value is remembered. */
const MAX_FIELDS = 8;

const lastOf = new WeakMap<SubjectKey, Map<string, { text: string; blind: string }>>();

/**
 * The same for a value of a subject, whose last value of each field is remembered: names and addresses of a person seldom
 * change from event to event. It is remembered for as long as the key is, with which it could be read anyway.
 */
export function blindIndexOf(subject: SubjectKey, blindKey: Uint8Array, field: string, text: string): string {
  let fields = lastOf.get(subject);
  const known = fields?.get(field);
  if (known?.text === text) return known.blind;
  const blind = blindIndex(blindKey, field, text);
  if (fields === undefined) {
    fields = new Map();
    lastOf.set(subject, fields);
  }
  if (known !== undefined || fields.size < MAX_FIELDS) fields.set(field, { text, blind });
  return blind;
}
