import type { Json } from '@attestlog/event';
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { chosenValues } from './chosen-columns.js';
import { eventColumns, eventOf, splitEvent } from './event-cells.js';
import type { ExportRow, ExportWriter } from './export-row.js';

type ColumnType = 'INT64' | 'STRING';

/**
 * Parquet, compressed with Snappy inside. Without chosen columns: place in the log, a column for every member that is a
 * text, the whole entry as JSON text, byte for byte as the log holds it, and what is shown of its sealed fields.
 * A row group is what comes at once, so that memory does not grow with the file.
 */
export class ParquetFileWriter implements ExportWriter {
  readonly #columns: readonly string[] | undefined;
  readonly #types: readonly [name: string, type: ColumnType][];
  readonly #bytes = new ByteWriter(65_536);
  readonly #writer: ParquetWriter;

  constructor(columns: readonly string[] | undefined) {
    this.#columns = columns;
    const names = columns ?? ['index', 'position', ...eventColumns, 'event', 'personal'];
    this.#types = names.map((name) => [name, typeOf(name)]);
    const schema = schemaFromColumnData({
      columnData: this.#types.map(([name, type]) => ({ name, type, data: [], nullable: type !== 'INT64' })),
    });
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'attestlog' });
  }

  head(): Uint8Array {
    return this.#taken();
  }

  rows(rows: readonly ExportRow[]): Uint8Array {
    if (rows.length === 0) return this.#taken();
    const columns = this.#columns;
    const values = rows.map((row) => (columns === undefined ? wholeRow(row) : chosenRow(row, columns)));
    const columnData = this.#types.map(([name, type], place) => ({
      name,
      type,
      data: values.map((row) => row[place]),
      ...encodingOf(name),
    }));
    // What it makes is in memory: nothing of it is a promise.
    void this.#writer.write({ columnData, rowGroupSize: rows.length });
    return this.#taken();
  }

  tail(): Uint8Array {
    void this.#writer.finish();
    return this.#taken();
  }

  /** What was written since the last time; the offset in the file goes on. */
  #taken(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

function typeOf(name: string): ColumnType {
  return name === 'index' || name === 'position' ? 'INT64' : 'STRING';
}

/** Readers skip by time and place. Of long texts that are all different, a dictionary would be made for nothing. */
function encodingOf(name: string): { statistics: boolean; encoding?: 'PLAIN' } {
  if (name === 'index' || name === 'position' || name === 'time') return { statistics: true };
  return name === 'event' || name === 'id' ? { statistics: false, encoding: 'PLAIN' } : { statistics: false };
}

type Cell = bigint | string | null;

function wholeRow(row: ExportRow): Cell[] {
  const { index, position, entry } = row.entry;
  const { cells } = splitEvent(eventOf(row), row.personal);
  const text = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8');
  const shown = row.personal.length === 0 ? null : JSON.stringify(row.personal);
  return [BigInt(index), BigInt(position), ...cells.map((cell) => (cell === '' ? null : cell)), text, shown];
}

function chosenRow(row: ExportRow, columns: readonly string[]): Cell[] {
  return chosenValues(row, columns).map((value, place) => cellOf(columns[place]!, value, row));
}

/** Texts as they are, everything else as JSON: a member may have values of other types from event to event. */
function cellOf(column: string, value: Json | undefined, { entry: { entry }, personal }: ExportRow): Cell {
  if (value === undefined || value === null) return null;
  if (column === 'index' || column === 'position') return BigInt(value as number);
  if (column === 'event') return Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).toString('utf8');
  if (column === 'personal' && personal.length === 0) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
