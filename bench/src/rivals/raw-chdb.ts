// The store's engine alone: the same table and settings, one session, entries that lie ready in memory.
import { bytesColumn, namesColumn, uint64Column } from '../../../packages/server/dist/adapters/chdb/arrow-columns.js';
import { Engine } from '../../../packages/server/dist/adapters/chdb/engine.js';
import { CREATE_DATABASE, CREATE_EVENTS, insertEvents } from '../../../packages/server/dist/adapters/chdb/tables.js';
import { TENANTS, tenantName } from '../events.js';
import { timeTextNow } from '../outgoing-event.js';
import { prepareEntries, renewEntry } from '../prepared-entry.js';
import { serveTask } from '../task.js';

export interface RawChdbJob {
  /** A new folder for the engine. */
  path: string;
  rowsPerInsert: number;
  seconds: number;
}

export interface RawChdbResult {
  events: number;
  seconds: number;
  /** CPU microseconds of the process for an event. */
  cpuUsPerEvent: number;
}

const PREPARED_ENTRIES = 100_000;
const ROWS_PER_TENANT = 1000;
const tenantNames = Array.from({ length: TENANTS }, (_, i) => tenantName(i));

async function insertFor({ path, rowsPerInsert, seconds }: RawChdbJob): Promise<RawChdbResult> {
  const engine = new Engine({
    path,
    readSessions: 0,
    maxReadSeconds: 60,
    maxReadBytes: 1e9,
    maxServerBytes: 4 * 2 ** 30,
  });
  for (const statement of [CREATE_DATABASE, CREATE_EVENTS]) await engine.write(statement);
  const entries = prepareEntries(PREPARED_ENTRIES, 1);
  const begun = performance.now();
  const cpuBefore = process.cpuUsage();
  let events = 0;
  for (let batch = 0; performance.now() - begun < seconds * 1000; batch++) {
    const time = timeTextNow();
    const rows = Array.from({ length: rowsPerInsert }, (_, i) => entries[(events + i) % PREPARED_ENTRIES]!);
    for (const row of rows) renewEntry(row, time);
    const tenantOf = Uint32Array.from(rows, (_, i) => Math.floor((events + i) / ROWS_PER_TENANT) % TENANTS);
    const numbers = Float64Array.from(rows, (_, i) => events + i);
    const offsets = new Uint32Array(rowsPerInsert + 1);
    for (let i = 0; i < rowsPerInsert; i++) offsets[i + 1] = offsets[i]! + rows[i]!.bytes.length;
    const columns = [
      namesColumn('tenant_id', tenantNames, tenantOf),
      uint64Column('leaf_index', numbers),
      uint64Column('position', numbers),
      bytesColumn('entry', Buffer.concat(rows.map(({ bytes }) => bytes)), offsets),
    ];
    await engine.insert(columns, (stream) => insertEvents(stream, `raw-${batch}`));
    events += rowsPerInsert;
  }
  const elapsed = (performance.now() - begun) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  await engine.close();
  return { events, seconds: elapsed, cpuUsPerEvent: (cpu.user + cpu.system) / events };
}

serveTask(insertFor);
