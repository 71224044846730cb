import { TIME_MIN_NS } from '@attestlog/event';
import type { Journal } from '../ports/journal.js';
import { positionOf } from '../ports/position.js';
import type { EventStore, Position } from '../ports/store.js';
import { decodeChunk } from '../records/record-codec.js';
import type { IdHasher } from './id-hash.js';
import type { PendingIds } from './pending-ids.js';
import type { RecentIds } from './recent-ids.js';

const READ_BYTES = 8 * 1024 * 1024;

/** Reads the ids of all records that wait in the journal. Resolves with the last sequence that it saw. */
export async function loadPendingIds(
  journal: Journal,
  afterSequence: number,
  pendingIds: PendingIds,
  hasher: IdHasher,
): Promise<number> {
  let after = afterSequence;
  for (;;) {
    const chunks = await journal.read(after, READ_BYTES);
    if (chunks.length === 0) return after;
    for (const { sequence, bytes } of chunks) {
      const { tenant, records } = decodeChunk(bytes);
      records.forEach(({ id }, place) => {
        pendingIds.add(hasher.key(tenant, id), positionOf(sequence, place));
      });
      after = sequence;
    }
  }
}

/**
 * Reads the ids that were received since a time, or all there are, out of the store. Until it is done, and for ever
 * if it fails, every id is looked up in the store instead: slower, and as right.
 */
export async function loadRecentIds(
  store: EventStore,
  receivedSinceNs: bigint | undefined,
  before: Position,
  recentIds: RecentIds,
  hasher: IdHasher,
  signal: AbortSignal,
): Promise<void> {
  const load = recentIds.reset(receivedSinceNs);
  for await (const ids of store.idsReceivedSince(receivedSinceNs ?? TIME_MIN_NS, before)) {
    if (signal.aborted) return;
    for (const { tenant, id, receivedAtNs } of ids) recentIds.add(hasher.hash(tenant, id), receivedAtNs);
  }
  recentIds.loaded(load);
}
