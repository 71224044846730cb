import { canonicalJson, type JsonObject } from '@attestlog/event';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { csvCells } from '../../testing/csv-cells.js';
import { exportRow, rowOf } from '../../testing/export-rows.js';
import { plainCell } from './csv.js';
import { eventColumns, joinEvent } from './event-cells.js';
import type { ExportRow } from './export-row.js';
import { exportWriter, type WrittenEvents } from './export-writer.js';

/** A file of these rows, in slices of two. */
function written(format: WrittenEvents[0], rows: readonly ExportRow[], columns?: readonly string[]): Buffer {
  const writer = exportWriter(...([format, columns] as WrittenEvents));
  const pieces = [writer.head()];
  for (let at = 0; at < rows.length; at += 2) pieces.push(writer.rows(rows.slice(at, at + 2)));
  return Buffer.concat([...pieces, writer.tail()]);
}

const entryText = ({ entry: { entry } }: ExportRow) => Buffer.from(entry).toString('utf8');
const rows = fc.array(exportRow, { maxLength: 5 });

const SAMPLE = rowOf(
  {
    action: 'order.approve',
    actor: { id: 'u1', name: { $sealed: 'b'.repeat(64) } },
    id: 'e1',
    metadata: { amount: 5, note: '=1+1' },
    time: '2025-10-06T12:54:12Z',
  },
  7,
  [{ pointer: '/actor/name', state: 'masked', value: 'J***' }],
);

describe('CSV', () => {
  it('loses nothing: the same bytes can be made of it', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const [names, ...lines] = csvCells(written('csv', given).toString('utf8'));
        expect(names).toEqual(['index', 'position', ...eventColumns, 'rest', 'personal']);
        expect(lines.length).toBe(given.length);
        for (const [place, cells] of lines.entries()) {
          const row = given[place]!;
          const [index, position, ...plain] = cells.map(plainCell);
          const [personal, rest] = [plain.pop()!, plain.pop()!];
          expect([Number(index), Number(position)]).toEqual([row.entry.index, row.entry.position]);
          expect(canonicalJson(joinEvent(plain, JSON.parse(rest)))).toBe(entryText(row));
          expect(personal === '' ? [] : JSON.parse(personal)).toEqual(row.personal);
        }
      }),
    );
  });

  it('shows what the reader sees of a sealed field, and keeps what the log commits to', () => {
    const [names, cells] = csvCells(written('csv', [SAMPLE]).toString('utf8')) as [string[], string[]];
    expect(cells[names.indexOf('actor.name')]).toBe('J***');
    expect(JSON.parse(cells[names.indexOf('rest')]!)).toMatchObject({ actor: { name: { $sealed: 'b'.repeat(64) } } });
  });

  it('has the columns that were chosen', () => {
    const columns = ['time', 'actor.name', 'metadata.note', 'metadata.amount', 'metadata', 'targets.0.id', 'index'];
    expect(written('csv', [SAMPLE], columns).toString('utf8')).toBe(
      `time,actor.name,metadata.note,metadata.amount,metadata,targets.0.id,index\r\n2025-10-06T12:54:12Z,J***,'=1+1,5,"{""amount"":5,""note"":""=1+1""}",,7\r\n`,
    );
  });
});

describe('JSON', () => {
  it('is one array, or a line an event, of the columns that were chosen', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const columns = ['index', 'event', 'personal'];
        const wanted = given.map(({ entry, personal }) => [entry.index, personal]);
        const array = JSON.parse(written('json', given, columns).toString('utf8')) as Record<string, unknown>[];
        const lines = written('ndjson', given, columns).toString('utf8').split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => JSON.parse(line))).toEqual(array);
        expect(array.map(({ index, personal }) => [index, personal])).toEqual(wanted);
        expect(array.map(({ event }) => canonicalJson(event as JsonObject))).toEqual(given.map(entryText));
      }),
    );
  });

  it('has the columns that were chosen, and none that the event has not', () => {
    expect(written('ndjson', [SAMPLE], ['id', 'actor.name', 'session_id', 'metadata.amount']).toString('utf8')).toBe(
      '{"id":"e1","actor.name":"J***","metadata.amount":5}\n',
    );
  });
});

describe('Parquet', () => {
  const read = async (file: Buffer) => {
    const buffer = new Uint8Array(file).buffer;
    return (await parquetReadObjects({ file: buffer })) as Record<string, unknown>[];
  };

  it('loses nothing, for another reader', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(exportRow, { minLength: 1, maxLength: 5 }), async (given) => {
        const found = await read(written('parquet', given));
        expect(found.map(({ index, position, event }) => [Number(index), Number(position), event])).toEqual(
          given.map((row) => [row.entry.index, row.entry.position, entryText(row)]),
        );
        for (const [place, row] of found.entries()) {
          const cells = eventColumns.map((column) => row[column] ?? '') as string[];
          const [names, line] = csvCells(written('csv', [given[place]!]).toString('utf8')) as [string[], string[]];
          expect(cells).toEqual(eventColumns.map((column) => plainCell(line[names.indexOf(column)]!)));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has the columns that were chosen', async () => {
    expect(await read(written('parquet', [SAMPLE], ['index', 'actor.name', 'metadata.amount', 'session_id']))).toEqual([
      { index: 7n, 'actor.name': 'J***', 'metadata.amount': '5', session_id: null },
    ]);
  });

  it('is a file without rows, too', async () => {
    expect(await read(written('parquet', []))).toEqual([]);
  });
});
