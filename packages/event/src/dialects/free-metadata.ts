import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import { DETECTED_KEY } from '../personal-data/detected-key.js';
import type { StoredEvent } from '../schema.js';
import { type Leftovers, restore } from './dialect.js';
import { escapeForeign, unescapeForeign } from './foreign-json.js';

/**
 * For records with a member `metadata` that is as free as ours: its members become members of our metadata, where they
 * are found by their names (`metadata.amount`), not those of `metadata.<name>.metadata`. One that is empty, is no
 * object, or has a name that is taken there stays in the record.
 */
export function takeMetadata(left: Leftovers, name: string): JsonObject {
  const value = left.read('metadata');
  if (!isPlainObject(value) || isTaken(value, name) || Object.keys(value).length === 0) return {};
  delete left.members.metadata;
  return escapeForeign(value, 1) as JsonObject;
}

function isTaken(metadata: object, name: string): boolean {
  return Object.hasOwn(metadata, name) || Object.hasOwn(metadata, DETECTED_KEY);
}

/** The way back. What the server found in the event (`$detected`) was not sent, and does not go back. */
export function restoreMetadata(record: JsonObject, event: StoredEvent, name: string): void {
  const others = Object.entries(event.metadata ?? {}).filter(([key]) => key !== name && key !== DETECTED_KEY);
  if (others.length > 0) restore(record, 'metadata', unescapeForeign(Object.fromEntries(others) as Json));
}
