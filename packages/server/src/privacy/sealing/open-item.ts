import { canonicalJson, type Json, type OpenedField, type SealedItem } from '@attestlog/event';
import { openBox } from '../keys/box.js';
import type { SubjectKey } from '../keys/subject-key-document.js';
import { type EventName, eventKeysOf, itemContext, saltOf } from './event-key.js';

/**
 * The fields of an item, each with its value and the salt that its commitment was made with. Undefined when the item
 * was changed, or belongs to another event or key.
 */
export function openItem({ f, s, k, v }: SealedItem, name: EventName, key: SubjectKey): OpenedField[] | undefined {
  if (key.tag !== s || key.generation !== k) return undefined;
  const keys = eventKeysOf(key, name);
  const content = openBox(keys.boxKey, Buffer.from(v, 'base64url'), itemContext(name, s, k, f));
  if (content === undefined) return undefined;
  const values = JSON.parse(content.toString('utf8')) as Json[];
  return f.map((pointer, place) => {
    const value = values[place] as Json;
    return { pointer, salt: Buffer.from(saltOf(keys, pointer, canonicalJson(value)), 'latin1').toString('hex'), value };
  });
}
