import { TIME_MAX_NS, TIME_MIN_NS } from '@attestlog/event';
import { from } from '../failures.js';
import type { EntryOrder, EntryPlace, EventSelection } from '../ports/event-selection.js';
import type { ReadOptions } from '../ports/read-options.js';
import type { EventStore, StoredEntry } from '../ports/store.js';
import { placeOf } from './entry-place.js';

/** One step through the entries of a selection, a page long. */
export interface PageStep {
  order: EntryOrder;
  limit: number;
  /** Where the step begins: the page lies behind this key or in front of it. Absent: the first page. */
  place?: { toward: 'next' | 'previous'; key: EntryPlace } | undefined;
}

export interface WalkedPage {
  /** In the order that was asked for, whichever way the step went. */
  entries: StoredEntry[];
  /** The key that the next page lies behind; undefined where there is none. */
  nextKey: EntryPlace | undefined;
  /** The key that the previous page lies in front of; undefined where there is none. */
  previousKey: EntryPlace | undefined;
}

/** Keys before and after all that entries can have. */
const OLDEST_END: EntryPlace = { timeNs: TIME_MIN_NS - 1n, index: 0 };
const NEWEST_END: EntryPlace = { timeNs: TIME_MAX_NS, index: Number.MAX_SAFE_INTEGER };

/**
 * Reads a page. A step back reads in the other order and turns the rows around, so the same pages come on the way
 * back as on the way there, with the same rows in the same order.
 */
export async function walkPage(
  store: EventStore,
  selection: EventSelection,
  { order, limit, place }: PageStep,
  options?: ReadOptions,
): Promise<WalkedPage> {
  const isBack = place?.toward === 'previous';
  const query = {
    ...selection,
    order: isBack ? reverse(order) : order,
    limit: limit + 1,
    ...(place === undefined ? {} : { after: place.key }),
  };
  const found = await from('store', store.page(query, options));
  const entries = found.slice(0, limit);
  if (isBack) entries.reverse();
  const [first, last] = [entries[0], entries.at(-1)];
  const hasMore = found.length > limit;
  // Whoever came from a page can go back there; where retention has taken what there was, to the nearest that is left.
  const nextKey = last === undefined ? beginningOf(order) : placeOf(last);
  const previousKey = first === undefined ? endOf(order) : placeOf(first);
  return {
    entries,
    nextKey: isBack || hasMore ? nextKey : undefined,
    previousKey: isBack ? (hasMore ? previousKey : undefined) : place && previousKey,
  };
}

function reverse(order: EntryOrder): EntryOrder {
  return order === 'newest' ? 'oldest' : 'newest';
}

function beginningOf(order: EntryOrder): EntryPlace {
  return order === 'newest' ? NEWEST_END : OLDEST_END;
}

function endOf(order: EntryOrder): EntryPlace {
  return order === 'newest' ? OLDEST_END : NEWEST_END;
}
