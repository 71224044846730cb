import type { StoredEntry } from '../ports/store.js';
import type { ShownField } from '../privacy/reading/personal-data.js';
import type { ExportRow } from './export-row.js';

/** What is shown of the sealed fields of some entries, in their order. */
export type ShowPersonal = (entries: readonly StoredEntry[]) => Promise<readonly (readonly ShownField[])[]>;

/** Entries that are taken at once end with the one that makes them so many bytes. */
const MAX_BYTES = 8_388_608;

const NOTHING: readonly ShownField[] = [];

/**
 * The events of a scan as they are wanted: so many at once. The next batch is fetched while the last one is written, so
 * there are two of them in memory.
 */
export class RowSource {
  readonly #batches: AsyncIterator<StoredEntry[]>;
  readonly #show: ShowPersonal | undefined;
  #ahead: Promise<IteratorResult<StoredEntry[]>> | undefined;
  #batch: readonly StoredEntry[] = [];
  #taken = 0;
  #ended = false;

  /** @param show absent: nothing of sealed fields is shown */
  constructor(batches: AsyncIterable<StoredEntry[]>, show: ShowPersonal | undefined) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#show = show;
  }

  /** True when there are no more. */
  async isAtEnd(): Promise<boolean> {
    while (!this.#ended && this.#taken >= this.#batch.length) await this.#fetch();
    return this.#taken >= this.#batch.length;
  }

  /** The next events: `count` of them, fewer where they are large; none at the end only. Which, depends on them alone. */
  async take(count: number): Promise<ExportRow[]> {
    const entries: StoredEntry[] = [];
    let bytes = 0;
    while (entries.length < count && bytes < MAX_BYTES && !(await this.isAtEnd())) {
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
  async close(): Promise<void> {
    this.#ended = true;
    await this.#ahead?.catch(() => undefined);
    await this.#batches.return?.();
  }

  async #fetch(): Promise<void> {
    const { done, value } = await (this.#ahead ?? this.#batches.next());
    if (done === true) {
      this.#ended = true;
      this.#batch = [];
      this.#taken = 0;
      return;
    }
    this.#batch = value;
    this.#taken = 0;
    this.#ahead = this.#batches.next();
    // Told where it is waited for.
    this.#ahead.catch(() => undefined);
  }
}
