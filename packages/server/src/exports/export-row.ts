import type { StoredEntry } from '../ports/store.js';
import type { ShownField } from '../privacy/reading/personal-data.js';

/** An event on its way out, and what whoever takes it sees of its sealed fields. */
export interface ExportRow {
  entry: StoredEntry;
  personal: readonly ShownField[];
}

/** Writes one file of events. Called in this order, `rows` any number of times; all bytes together are the file. */
export interface ExportWriter {
  head(): Uint8Array;
  rows(rows: readonly ExportRow[]): Uint8Array;
  tail(): Uint8Array;
}
