import { chosenValues } from './chosen-columns.js';
import type { ExportRow, ExportWriter } from './export-row.js';

const EVENT = '"event":';

/**
 * JSON, either one array or a line an event. Without chosen columns an event is as routes answer it:
 * `{"index", "position", "event", "personal"}`, with the entry's bytes as they are stored. They are copied, never read:
 * an object for each would cost more than all the rest.
 */
export class JsonWriter implements ExportWriter {
  readonly #isArray: boolean;
  readonly #columns: readonly string[] | undefined;
  #isFirst = true;

  constructor(format: 'json' | 'ndjson', columns: readonly string[] | undefined) {
    this.#isArray = format === 'json';
    this.#columns = columns;
  }

  head(): Uint8Array {
    return Buffer.from(this.#isArray ? '[' : '');
  }

  rows(rows: readonly ExportRow[]): Uint8Array {
    return this.#columns === undefined ? this.#whole(rows) : this.#chosen(rows, this.#columns);
  }

  tail(): Uint8Array {
    return Buffer.from(this.#isArray ? '\n]\n' : '');
  }

  /** What comes before an event; a line of an array begins with what separates it from the last one. */
  #lead(): string {
    if (!this.#isArray) return '';
    const lead = this.#isFirst ? '\n' : ',\n';
    this.#isFirst = false;
    return lead;
  }

  #whole(rows: readonly ExportRow[]): Uint8Array {
    const end = this.#isArray ? '}' : '}\n';
    // Two numbers of at most 16 digits each, and what stands around them.
    const room = rows.reduce((sum, { entry }) => sum + entry.entry.length + 80, 0);
    const shown = rows.map(({ personal }) => (personal.length === 0 ? '' : `,"personal":${JSON.stringify(personal)}`));
    const more = shown.reduce((sum, text) => sum + (text === '' ? 0 : Buffer.byteLength(text)), 0);
    const bytes = Buffer.allocUnsafe(room + more);
    let at = 0;
    for (const [place, { entry }] of rows.entries()) {
      at += bytes.write(`${this.#lead()}{"index":${entry.index},"position":${entry.position},${EVENT}`, at, 'latin1');
      bytes.set(entry.entry, at);
      at += entry.entry.length;
      if (shown[place] !== '') at += bytes.write(shown[place]!, at);
      at += bytes.write(end, at, 'latin1');
    }
    return bytes.subarray(0, at);
  }

  #chosen(rows: readonly ExportRow[], columns: readonly string[]): Uint8Array {
    const names = columns.map((column) => JSON.stringify(column));
    const end = this.#isArray ? '}' : '}\n';
    const lines = rows.map((row) => {
      const members = chosenValues(row, columns).flatMap((value, place) =>
        value === undefined ? [] : [`${names[place]}:${JSON.stringify(value)}`],
      );
      return `${this.#lead()}{${members.join(',')}${end}`;
    });
    return Buffer.from(lines.join(''));
  }
}
