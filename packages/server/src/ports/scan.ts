import type { EntryPlace, EventSelection } from './event-selection.js';
import type { ReadOptions } from './read-options.js';
import type { StoredEntry } from './stored-entry.js';

/** Which entries of one tenant a scan goes through. By its position, a scan that is begun again finds the same ones. */
export interface ScanQuery extends EventSelection {
  /** Only entries behind this key, in the order of the scan: where an earlier one got to. An entry need not have it. */
  after?: EntryPlace;
}

/** How entries stand in lines. */
export interface LineForm {
  /** What each line begins with: what parts the elements of an array, or nothing. */
  lead: '' | ',';
  /** Whether what lies beside an entry for its sealed fields comes with it. */
  withSealed: boolean;
}

/** What parts an entry from what lies beside it. No canonical JSON has this byte. */
export const SEALED_MARK = 0;

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

  /**
   * The same as lines of JSON, framed by the store: for those who hand them on unread, to whom an object for each entry
   * would cost more than the entry. A piece has whole lines, of at most {@link SCAN_BATCH_MAX_ENTRIES} entries:
   *
   *     LEAD{"index":INDEX,"position":POSITION,"event":ENTRY}LF
   *
   * Where something lies beside the entry and is wanted, its line is not closed, so that it cannot be taken for one that is:
   *
   *     LEAD{"index":INDEX,"position":POSITION,"event":ENTRY NUL SEALED LF
   */
  lines(query: ScanQuery, form: LineForm, options?: ReadOptions): AsyncIterable<Uint8Array>;
}
