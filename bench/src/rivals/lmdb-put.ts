// The journal's engine alone: one entry, one durable put, and nothing else.
import { createRequire } from 'node:module';
import { timeTextNow } from '../outgoing-event.js';
import { prepareEntries, renewEntry } from '../prepared-entry.js';
import { type Latency, latencyOf } from '../stats.js';
import { serveTask } from '../task.js';

export interface LmdbPutJob {
  /** A new folder. */
  path: string;
  seconds: number;
  /** Puts that are under way at once. */
  inFlight: number;
}

export interface LmdbPutResult {
  eventsPerSecond: number;
  latency: Latency;
}

const { open } = createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
const PREPARED_ENTRIES = 10_000;

async function putFor({ path, seconds, inFlight }: LmdbPutJob): Promise<LmdbPutResult> {
  const database = open<Buffer, Buffer>({
    path,
    mapSize: 8 * 2 ** 30,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    eventTurnBatching: false,
  });
  const entries = prepareEntries(PREPARED_ENTRIES, 1);
  const milliseconds: number[] = [];
  let sequence = 0n;
  const begun = performance.now();
  const putUntilEnd = async () => {
    while (performance.now() - begun < seconds * 1000) {
      sequence += 1n;
      const entry = entries[Number(sequence % BigInt(PREPARED_ENTRIES))]!;
      renewEntry(entry, timeTextNow());
      const key = Buffer.alloc(8);
      key.writeBigUInt64BE(sequence);
      const before = performance.now();
      await database.put(key, entry.bytes);
      milliseconds.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, putUntilEnd));
  const elapsed = (performance.now() - begun) / 1000;
  await database.close();
  return { eventsPerSecond: milliseconds.length / elapsed, latency: latencyOf(milliseconds) };
}

serveTask(putFor);
