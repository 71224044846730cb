import { compileFilter } from '@attestlog/event';
import type { EntryPlace, EventSelection } from '../../ports/event-selection.js';
import type { StoredEntry } from '../../ports/store.js';

interface Row extends StoredEntry, EntryPlace {
  tenant: string;
}

/** Says of each row whether a selection has it. */
export function isSelected({ tenant, before, fromNs, toNs, filter }: EventSelection): (row: Row) => boolean {
  const fits = compileFilter(filter ?? { op: 'always' });
  return (row) =>
    row.tenant === tenant &&
    row.position < before &&
    (fromNs === undefined || row.timeNs >= fromNs) &&
    (toNs === undefined || row.timeNs <= toNs) &&
    fits(JSON.parse(new TextDecoder().decode(row.entry)), row.sealed);
}

/** Orders by (time, index) descending. */
export function newestFirst(a: EntryPlace, b: EntryPlace): number {
  if (a.timeNs !== b.timeNs) return a.timeNs > b.timeNs ? -1 : 1;
  return b.index - a.index;
}

/** Orders by (time, index). */
export function oldestFirst(a: EntryPlace, b: EntryPlace): number {
  return newestFirst(b, a);
}
