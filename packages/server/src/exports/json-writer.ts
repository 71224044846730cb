import { chosenValues } from './chosen-columns.js';
import type { ExportRow, ExportWriter } from './export-row.js';

/** Chosen columns as JSON, an object an event: either one array or a line each. */
export class JsonWriter implements ExportWriter {
  readonly #isArray: boolean;
  readonly #columns: readonly string[];
  readonly #names: readonly string[];
  #isFirst = true;

  constructor(format: 'json' | 'ndjson', columns: readonly string[]) {
    this.#isArray = format === 'json';
    this.#columns = columns;
    this.#names = columns.map((column) => JSON.stringify(column));
  }

  head(): Uint8Array {
    return Buffer.from(this.#isArray ? '[\n' : '');
  }

  rows(rows: readonly ExportRow[]): Uint8Array {
    const lines = rows.map((row) => {
      const members = chosenValues(row, this.#columns).flatMap((value, place) =>
        value === undefined ? [] : [`${this.#names[place]}:${JSON.stringify(value)}`],
      );
      return `${this.#lead()}{${members.join(',')}}\n`;
    });
    return Buffer.from(lines.join(''));
  }

  tail(): Uint8Array {
    return Buffer.from(this.#isArray ? ']\n' : '');
  }

  /** What parts an element of an array from the one before. */
  #lead(): string {
    if (!this.#isArray) return '';
    const lead = this.#isFirst ? '' : ',';
    this.#isFirst = false;
    return lead;
  }
}
