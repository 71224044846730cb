import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../../packages/server/dist/adapters/system/system-clock.js';
import { NOTHING_SEALED } from '../../packages/server/dist/privacy/searching/searched-sealing.js';
import type { PlacedBatch } from '../../packages/server/dist/sequencer/sequencer.js';
import { type Following, LiveTail } from '../../packages/server/dist/stream/live-tail.js';
import { timeTextNow } from './outgoing-event.js';
import { prepareEntries, renewEntry } from './prepared-entry.js';
import { type Latency, latencyOf } from './stats.js';
import { readFilter } from './watched-filters.js';

export interface TailJob {
  /** A subscriber for each. */
  filters: readonly string[];
  eventsPerSecond: number;
  seconds: number;
  /** How many of them read nothing. */
  stalled: number;
}

export interface TailResult {
  /** From the commit of a batch until its reader has an event. */
  latency: Latency;
  /** Events a second. */
  published: number;
  /** How often the store was read, for who was too far behind. */
  storeReads: number;
  delivered: number;
  /** CPU time of the process for each second, over that of making the batches. */
  cpuShare: number;
  /** What was resident after a third of the time, and at the end. */
  residentMib: [number, number];
  waitingBytes: number;
}

const TENANT = 'acme';
const BATCH_MS = 100;
const PREPARED = 2000;

/** The live tail in this process: batches of one tenant are published at a rate, and read by many. */
export async function runTail({ filters, eventsPerSecond, seconds, stalled }: TailJob): Promise<TailResult> {
  let size = 0;
  let storeReads = 0;
  const live = new LiveTail({
    // Nobody should be so far behind, but those who read nothing.
    store: {
      entries: async () => {
        storeReads += 1;
        return [];
      },
    },
    clock: new SystemClock(),
    yieldToLoop: () => nextTurn(),
    headOf: async () => size,
    settled: async () => true,
    sealing: () => NOTHING_SEALED,
    limits: { maxStreams: filters.length, maxStreamsPerTenant: filters.length },
    onTrouble: (error) => console.error(error),
  });
  const run = { publishedAt: 0, milliseconds: [] as number[], delivered: 0, isOver: false };
  const readers: Promise<void>[] = [];
  const followings: Following[] = [];
  for (const [number, text] of filters.entries()) {
    const request = { tenant: TENANT, asked: readFilter(text), grant: { op: 'always' as const }, follow: true };
    const following = await live.follow(request);
    followings.push(following);
    if (number >= stalled) readers.push(readOn(following, run));
  }
  const entries = prepareEntries(PREPARED, 3);
  const resident: number[] = [];
  let making = 0;
  const before = process.cpuUsage();
  const begun = performance.now();
  for (let dueAt = begun; dueAt < begun + seconds * 1000; ) {
    // What a busy machine has kept from being published is not made up for in one go.
    dueAt = Math.max(dueAt + BATCH_MS, performance.now());
    await sleep(dueAt - performance.now());
    const madeAt = performance.now();
    const events = batchOf(entries, Math.round((eventsPerSecond * BATCH_MS) / 1000), size);
    size += events.events.indexes.length;
    run.publishedAt = performance.now();
    making += run.publishedAt - madeAt;
    live.publish(events);
    live.commit(new Map([[TENANT, { size }]]));
    resident.push(process.memoryUsage().rss / 1_048_576);
  }
  const { user, system } = process.cpuUsage(before);
  const { waitingBytes } = live.counts;
  run.isOver = true;
  for (const following of followings) following.close();
  await Promise.all(readers);
  return {
    latency: latencyOf(run.milliseconds),
    published: size / ((performance.now() - begun) / 1000),
    storeReads,
    delivered: run.delivered,
    cpuShare: ((user + system) / 1000 - making) / (performance.now() - begun),
    residentMib: [resident[Math.floor(resident.length / 3)]!, resident.at(-1)!],
    waitingBytes,
  };
}

async function readOn(
  following: Following,
  run: { publishedAt: number; milliseconds: number[]; delivered: number; isOver: boolean },
): Promise<void> {
  while (!run.isOver) {
    const batch = await following.read(60_000).catch(() => undefined);
    if (batch === undefined) return;
    const milliseconds = performance.now() - run.publishedAt;
    for (const _ of batch.entries) run.milliseconds.push(milliseconds);
    run.delivered += batch.entries.length;
  }
}

function batchOf(entries: ReturnType<typeof prepareEntries>, count: number, first: number): PlacedBatch {
  const time = timeTextNow();
  const offsets = new Uint32Array(count + 1);
  const parts = Array.from({ length: count }, (_, row) => {
    const entry = entries[(first + row) % entries.length]!;
    renewEntry(entry, time);
    offsets[row + 1] = offsets[row]! + entry.bytes.length;
    return entry.bytes;
  });
  return {
    tenants: [TENANT],
    events: {
      tenantOf: new Uint32Array(count),
      indexes: Float64Array.from({ length: count }, (_, row) => first + row),
      positions: Float64Array.from({ length: count }, (_, row) => (first + row) * 1024),
      entries: Buffer.concat(parts),
      entryOffsets: offsets,
      sealed: new Uint8Array(0),
      sealedOffsets: new Uint32Array(count + 1),
    },
  };
}
