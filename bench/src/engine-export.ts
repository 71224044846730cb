// A task: the embedded engine writes a tenant's events to a file by itself, with nothing of ours between.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pipeline } from 'node:stream/promises';
import { serveTask } from './task.js';

export interface EngineExportJob {
  /** The engine's folder; nobody else has it open. */
  store: string;
  tenant: string;
  file: string;
  /** `same`: the lines that our export has; `rows`: the engine's own JSON, a row a line. */
  lines: 'same' | 'rows';
}

export interface EngineExportResult {
  events: number;
  seconds: number;
  /** CPU seconds of all threads. */
  cpu: { all: number };
  bytes: number;
  sha256: string;
}

interface Driver {
  Session: new (
    path: string,
  ) => { queryAsync(sql: string, options: { format: string }): Promise<{ text(): string }>; close(): void };
  drainPending(): Promise<void>;
}

const SAME = `SELECT concat('{"index":', toString(leaf_index), ',"position":', toString(position), ',"event":', entry, '}')`;
const ROWS = 'SELECT leaf_index, position, entry';

serveTask(async ({ store, tenant, file, lines }: EngineExportJob): Promise<EngineExportResult> => {
  const driver = createRequire(import.meta.url)('chdb') as Driver;
  const session = new driver.Session(store);
  const select = lines === 'same' ? SAME : ROWS;
  const format = lines === 'same' ? 'TSVRaw' : 'JSONEachRow';
  // Opening loads what the first query needs.
  const count = `SELECT count() FROM attestlog.events WHERE tenant_id = '${tenant}'`;
  const events = Number((await session.queryAsync(count, { format: 'TSV' })).text());
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  await session.queryAsync(
    `${select} FROM attestlog.events WHERE tenant_id = '${tenant}' ORDER BY tenant_id, time, leaf_index INTO OUTFILE '${file}' TRUNCATE FORMAT ${format}`,
    { format: 'Null' },
  );
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await driver.drainPending();
  session.close();
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return {
    events,
    seconds,
    cpu: { all: (user + system) / 1e6 },
    bytes: (await stat(file)).size,
    sha256: digest.digest('hex'),
  };
});
