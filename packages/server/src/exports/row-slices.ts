import type { EventSlice, EventSlices, SlicedFile } from './event-slices.js';
import type { ExportWriter } from './export-row.js';
import type { RowSource } from './row-source.js';

/** Events that are written one after another by a writer, of which each file has its own. */
export class RowSlices implements EventSlices {
  readonly #source: RowSource;
  readonly #newWriter: () => ExportWriter;

  constructor(source: RowSource, newWriter: () => ExportWriter) {
    this.#source = source;
    this.#newWriter = newWriter;
  }

  beginFile(): SlicedFile {
    const writer = this.#newWriter();
    return {
      head: () => writer.head(),
      take: (maxEvents) => this.#take(maxEvents, writer),
      tail: () => writer.tail(),
    };
  }

  isAtEnd(): Promise<boolean> {
    return this.#source.isAtEnd();
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async #take(maxEvents: number, writer: ExportWriter): Promise<EventSlice | undefined> {
    const rows = await this.#source.take(maxEvents);
    const [first, last] = [rows[0]?.entry, rows.at(-1)?.entry];
    if (first === undefined || last === undefined) return undefined;
    return { pieces: [writer.rows(rows)], events: rows.length, first, last };
  }
}
