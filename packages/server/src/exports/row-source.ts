import type { StoredEntry } from '../ports/store.js';
import type { ShownField } from '../privacy/reading/personal-data.js';
import { SLICE_BYTES } from './event-slices.js';
import type { ExportRow } from './export-row.js';
import { ReadAhead } from './read-ahead.js';

/** What is shown of the sealed fields of some entries, in their order. */
export type ShowPersonal = (entries: readonly StoredEntry[]) => Promise<readonly (readonly ShownField[])[]>;

const NOTHING: readonly ShownField[] = [];

/** The events of a scan as they are wanted: so many at once. */
export class RowSource {
  readonly #batches: ReadAhead<StoredEntry[]>;
  readonly #show: ShowPersonal | undefined;
  #batch: readonly StoredEntry[] = [];
  #taken = 0;

  /** @param show absent: nothing of sealed fields is shown */
  constructor(batches: AsyncIterable<StoredEntry[]>, show: ShowPersonal | undefined) {
    this.#batches = new ReadAhead(batches);
    this.#show = show;
  }

  /** True when there are no more. */
  async isAtEnd(): Promise<boolean> {
    while (this.#taken >= this.#batch.length) {
      const next = await this.#batches.next();
      if (next === undefined) return true;
      this.#batch = next;
      this.#taken = 0;
    }
    return false;
  }

  /** The next events: `count` of them, fewer where they are large; none at the end only. Which, depends on them alone. */
  async take(count: number): Promise<ExportRow[]> {
    const entries: StoredEntry[] = [];
    let bytes = 0;
    while (entries.length < count && bytes < SLICE_BYTES && !(await this.isAtEnd())) {
      const entry = this.#batch[this.#taken++]!;
      bytes += entry.entry.length;
      entries.push(entry);
    }
    const sealed = this.#show === undefined ? [] : entries.filter((entry) => entry.sealed !== undefined);
    if (sealed.length === 0) return entries.map((entry) => ({ entry, personal: NOTHING }));
    const shown = await this.#show!(sealed);
    let next = 0;
    return entries.map((entry) => ({ entry, personal: entry.sealed === undefined ? NOTHING : shown[next++]! }));
  }

  /** Ends the scan. */
  close(): Promise<void> {
    return this.#batches.close();
  }
}
