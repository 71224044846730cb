import type { EntryPlace, EventSelection } from './event-selection.js';
import type { ReadOptions } from './read-options.js';
import type { StoredEntry } from './stored-entry.js';

/** Which entries of one tenant a scan goes through. By its position, a scan that is begun again finds the same ones. */
export interface ScanQuery extends EventSelection {
  /** Only entries behind this key, in the order of the scan: where an earlier one got to. An entry need not have it. */
  after?: EntryPlace;
}

/** At most so many entries come at once. */
export const SCAN_BATCH_MAX_ENTRIES = 8192;

/** Going through many entries, in memory that does not grow with them. */
export interface EntryScan {
  /**
   * All entries that are asked for, oldest event time first, in batches of at most {@link SCAN_BATCH_MAX_ENTRIES} that are
   * fetched as they are taken. It sees the store as it is when it begins. Whoever leaves the loop ends it. The bytes of a
   * batch may lie in one piece of memory. Fails with `cancelled` when the signal is aborted, `unavailable` otherwise.
   */
  scan(query: ScanQuery, options?: ReadOptions): AsyncIterable<StoredEntry[]>;
}
