import { CsvWriter } from './csv-writer.js';
import type { ExportFormat } from './export-format.js';
import type { ExportWriter } from './export-row.js';
import { JsonWriter } from './json-writer.js';
import { ParquetFileWriter } from './parquet-writer.js';

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
