import { CsvWriter } from './csv-writer.js';
import type { ExportWriter } from './export-row.js';
import { JsonWriter } from './json-writer.js';
import { ParquetFileWriter } from './parquet-writer.js';

/** Whole events as JSON are not among them: those are lines that the store frames. */
export type WrittenEvents =
  | [format: 'csv' | 'parquet', columns: readonly string[] | undefined]
  | [format: 'json' | 'ndjson', columns: readonly string[]];

/** Writes events one by one: tables of everything that there is, and chosen columns in all formats. */
export function exportWriter(...[format, columns]: WrittenEvents): ExportWriter {
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
