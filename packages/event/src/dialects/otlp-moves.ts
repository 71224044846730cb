import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import type { Leftovers } from './dialect.js';
import { type MovableField, movableFields, type PayloadField } from './movable-fields.js';
import { type Draft, fieldOf, setField } from './moves.js';
import { attributeList, namedAttributes } from './otlp-attributes.js';

/** Beside `attributes`: their keys, in the order they came. */
const KEYS = 'attributeKeys';

/** Attributes and the fields they are moved into: of several for one field the first that fits. */
export type AttributeMoves = readonly (readonly [attribute: string, field: Exclude<MovableField, PayloadField>])[];

/** Turns the list of attributes of a record or a resource into an object, and moves what has a field into it. */
export function openAttributes(holder: Leftovers, moves: AttributeMoves, draft: Draft): void {
  if (Object.hasOwn(holder.members, KEYS)) {
    // No member of OTLP, but nobody's to drop; as an object it is not taken for ours.
    holder.members[KEYS] = { sent: holder.members[KEYS] };
    return;
  }
  const named = namedAttributes(holder.read('attributes'));
  if (named === undefined) return;
  const { keys, values } = named;
  for (const [attribute, field] of moves) {
    const value = values.get(attribute);
    if (fieldOf(draft, field) !== undefined || typeof value !== 'string' || !movableFields[field](value)) continue;
    setField(draft, field, value);
    values.delete(attribute);
  }
  holder.members.attributes = Object.fromEntries(values);
  holder.members[KEYS] = keys;
}

/** The way back: a key without a value had it moved. */
export function closeAttributes(holder: JsonObject, moves: AttributeMoves, event: object): void {
  const { attributes, [KEYS]: keys } = holder;
  if (isPlainObject(keys)) restoreSent(holder, keys);
  if (!isPlainObject(attributes) || !Array.isArray(keys)) return;
  const texts = keys.filter((key) => typeof key === 'string');
  const values = new Map<string, unknown>(Object.entries(attributes));
  for (const [attribute, field] of moves) {
    const value = fieldOf(event, field);
    if (value !== undefined && texts.includes(attribute) && !values.has(attribute)) values.set(attribute, value);
  }
  holder.attributes = attributeList({ keys: texts, values });
  delete holder[KEYS];
}

function restoreSent(holder: JsonObject, { sent }: Record<string, unknown>): void {
  if (sent === undefined) delete holder[KEYS];
  else holder[KEYS] = sent as Json;
}

/** The attributes of an event of elsewhere: for each field the first that a table has. */
export function attributesFor(event: object, moves: AttributeMoves): JsonObject[] {
  const done = new Set<string>();
  const attributes: JsonObject[] = [];
  for (const [key, field] of moves) {
    const value = fieldOf(event, field);
    if (value === undefined || done.has(field)) continue;
    done.add(field);
    attributes.push({ key, value: { stringValue: value as Json } });
  }
  return attributes;
}
