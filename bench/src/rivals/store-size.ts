// Opens a store whose server has ended, and asks how much of the disk its live parts take.
import { Engine } from '../../../packages/server/dist/adapters/chdb/engine.js';
import { serveTask } from '../task.js';

export interface StoreSizeJob {
  /** The engine's folder. */
  path: string;
}

export interface StoreSize {
  events: number;
  /** Of all live parts, events and tree; parts that were merged away and wait for their removal are not counted. */
  bytes: number;
}

async function readSize({ path }: StoreSizeJob): Promise<StoreSize> {
  const engine = new Engine({
    path,
    readSessions: 1,
    maxReadSeconds: 60,
    maxReadBytes: 1e9,
    maxServerBytes: 4 * 2 ** 30,
  });
  const answer = await engine.read(
    "SELECT sum(bytes_on_disk), sumIf(rows, table = 'events') FROM system.parts WHERE active AND database = 'attestlog'",
    {},
    { format: 'TSV' },
  );
  const [bytes, events] = Buffer.from(answer).toString().trim().split('\t').map(Number);
  await engine.close();
  return { events: events!, bytes: bytes! };
}

serveTask(readSize);
