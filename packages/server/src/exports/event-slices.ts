import type { StoredEntry } from '../ports/store.js';

/** Events that are written at once. What ends a file is looked at between such slices, so its end depends on the events alone. */
export const SLICE_EVENTS = 4096;

/** A slice ends with the event that makes it so many bytes. */
export const SLICE_BYTES = 8_388_608;

/** Some events as they stand in a file. There is at least one. */
export interface EventSlice {
  /** They follow one another. */
  pieces: readonly Uint8Array[];
  events: number;
  first: StoredEntry;
  last: StoredEntry;
}

/** A file on its way out. All its bytes are: the head, the slices as they are taken, the tail. */
export interface SlicedFile {
  head(): Uint8Array;
  /**
   * The next events: so many, fewer where they are large or at an end. Undefined when there are no more.
   * @param maxEvents at most {@link SLICE_EVENTS} count
   */
  take(maxEvents: number): Promise<EventSlice | undefined>;
  tail(): Uint8Array;
}

/** The events of an export in the form of its files, slice by slice, in memory that does not grow with them. */
export interface EventSlices {
  /** Begins the next file; the one before gets nothing more. */
  beginFile(): SlicedFile;
  /** True when there are no more events. */
  isAtEnd(): Promise<boolean>;
  /** Ends the scan. */
  close(): Promise<void>;
}
