import type { StoredEntry } from '../ports/store.js';
import type { ShownField } from '../privacy/reading/personal-data.js';
import { CsvWriter } from './csv-writer.js';
import type { ExportFormat } from './export-format.js';
import { JsonWriter } from './json-writer.js';
import { ParquetFileWriter } from './parquet-writer.js';

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

/** @param columns absent: everything that there is */
export function exportWriter(format: ExportFormat, columns: readonly string[] | undefined): ExportWriter {
  switch (format) {
    case 'csv':
      return new CsvWriter(columns);
    case 'parquet':
      return new ParquetFileWriter(columns);
    case 'json':
    case 'ndjson':
      return new JsonWriter(format, columns);
  }
}
