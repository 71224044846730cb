import type { StoredEntry } from '../ports/store.js';
import type { ShownField } from '../privacy/reading/personal-data.js';

/**
 * One event as it is answered: the entry's bytes stand in it exactly as they are stored, and beside it what the reader
 * sees of its sealed fields, if it has any.
 */
export function entryJson({ index, position, entry }: StoredEntry, personal: readonly ShownField[]): string {
  const event = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8');
  const shown = personal.length === 0 ? '' : `,"personal":${JSON.stringify(personal)}`;
  return `{"index":${index},"position":${position},"event":${event}${shown}}`;
}

/** Media type of what {@link entryJson} gives. */
export const JSON_TYPE = 'application/json; charset=utf-8';
