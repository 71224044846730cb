import { isMoment, parseTime } from '@attestlog/event';
import { Problem } from '../errors.js';
import type { EntryPlace } from '../ports/event-selection.js';
import type { StoredEntry } from '../ports/store.js';

/** The entry as parsed JSON. */
export function parsedEntry({ entry }: StoredEntry): unknown {
  return JSON.parse(Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8'));
}

/** The key of an entry in the order of time. @throws Problem `data-corrupt` where the entry has no time */
export function placeOf(entry: StoredEntry): EntryPlace {
  const moment = parseTime((parsedEntry(entry) as { time: string }).time);
  if (!isMoment(moment)) throw new Problem('data-corrupt');
  return { timeNs: moment.ns, index: entry.index };
}
