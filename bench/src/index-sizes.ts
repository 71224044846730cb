// Opens a store whose server has ended, and asks what its indexes and columns take of the disk.
import { Engine } from '../../packages/server/dist/adapters/chdb/engine.js';
import { serveTask } from './task.js';

export interface IndexSizesJob {
  /** The engine's folder. */
  path: string;
}

export interface IndexSizes {
  events: number;
  /** Of all live parts, events and tree. */
  bytes: number;
  /** Bytes by the names of the indexes of the events, and of their columns; the largest first. */
  indexes: [name: string, bytes: number][];
  columns: [name: string, bytes: number][];
}

const TOTAL = `SELECT sumIf(rows, table = 'events'), sum(bytes_on_disk)
FROM system.parts WHERE active AND database = 'attestlog'`;
const INDEXES = `SELECT name, data_compressed_bytes + marks_bytes FROM system.data_skipping_indices
WHERE database = 'attestlog' AND table = 'events' ORDER BY 2 DESC`;
/** Small parts have all columns in one file: of those it is not known. */
const COLUMNS = `SELECT column, sum(column_data_compressed_bytes) * sum(rows) / sumIf(rows, part_type = 'Wide')
FROM system.parts_columns WHERE active AND database = 'attestlog' AND table = 'events'
GROUP BY column ORDER BY 2 DESC`;

async function readSizes({ path }: IndexSizesJob): Promise<IndexSizes> {
  const engine = new Engine({
    path,
    readSessions: 1,
    maxReadSeconds: 60,
    maxReadBytes: 1e9,
    maxServerBytes: 4 * 2 ** 30,
  });
  const rowsOf = async (sql: string) => {
    const answer = await engine.read(sql, {}, { format: 'JSONCompactEachRow' });
    const lines = Buffer.from(answer).toString().split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as [string, string | number]);
  };
  const sizesOf = async (sql: string) =>
    (await rowsOf(sql)).map(([name, bytes]): [string, number] => [name, Number(bytes)]);
  const [[events, bytes]] = (await rowsOf(TOTAL)) as [[string, string | number]];
  const sizes = {
    events: Number(events),
    bytes: Number(bytes),
    indexes: await sizesOf(INDEXES),
    columns: await sizesOf(COLUMNS),
  };
  await engine.close();
  return sizes;
}

serveTask(readSizes);
