import type { StoredEntry } from '../ports/store.js';

/**
 * One event as it is answered: the entry's bytes stand in it exactly as they are stored.
 */
export function entryJson({ index, position, entry }: StoredEntry): string {
  return `{"index":${index},"position":${position},"event":${Buffer.from(entry).toString('utf8')}}`;
}

/** Media type of what {@link entryJson} gives. */
export const JSON_TYPE = 'application/json; charset=utf-8';
