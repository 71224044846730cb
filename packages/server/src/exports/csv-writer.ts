import { canonicalJson, type Json } from '@attestlog/event';
import { chosenValues } from './chosen-columns.js';
import { csvLine } from './csv.js';
import { eventColumns, eventOf, splitEvent } from './event-cells.js';
import type { ExportRow, ExportWriter } from './export-row.js';

/**
 * CSV (RFC 4180), UTF-8. Without chosen columns nothing is lost: place in the log, a column for every member that is a
 * text, the rest of the event as JSON, and what is shown of its sealed fields as JSON.
 */
export class CsvWriter implements ExportWriter {
  readonly #columns: readonly string[] | undefined;

  constructor(columns: readonly string[] | undefined) {
    this.#columns = columns;
  }

  head(): Uint8Array {
    return Buffer.from(csvLine(this.#columns ?? ['index', 'position', ...eventColumns, 'rest', 'personal']));
  }

  rows(rows: readonly ExportRow[]): Uint8Array {
    const columns = this.#columns;
    const lines = rows.map((row) => (columns === undefined ? wholeLine(row) : chosenLine(row, columns)));
    return Buffer.from(lines.join(''));
  }

  tail(): Uint8Array {
    return Buffer.alloc(0);
  }
}

function wholeLine(row: ExportRow): string {
  const { index, position } = row.entry;
  const { cells, rest } = splitEvent(eventOf(row), row.personal);
  const shown = row.personal.length === 0 ? '' : JSON.stringify(row.personal);
  return csvLine([index, position, ...cells, canonicalJson(rest), shown]);
}

function chosenLine(row: ExportRow, columns: readonly string[]): string {
  return csvLine(chosenValues(row, columns).map(cellOf));
}

/** A text as it is, a number as a number, everything else as JSON; nothing where there is nothing. */
function cellOf(value: Json | undefined): string | number {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number') return value;
  return Array.isArray(value) && value.length === 0 ? '' : JSON.stringify(value);
}
