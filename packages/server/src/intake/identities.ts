import { formatNs, rebuildEntry, type Sha256Hex } from '@attestlog/event';
import { from } from '../failures.js';
import type { IdHasher } from '../identity/id-hash.js';
import { hashKey } from '../identity/id-hash.js';
import type { PendingIds } from '../identity/pending-ids.js';
import type { RecentIds } from '../identity/recent-ids.js';
import { findOriginals, type Identity, isSuspect, type RepeatRule } from '../identity/repeats.js';
import type { Journal } from '../ports/journal.js';
import type { EventStore, Position } from '../ports/store.js';
import type { Progress } from '../sequencer/progress.js';
import type { Arrival, ItemResult } from './item.js';

export interface IdentityParts {
  journal: Journal;
  store: EventStore;
  progress: Progress;
  recentIds: RecentIds;
  pendingIds: PendingIds;
  hasher: IdHasher;
  rule: RepeatRule;
  sha256: Sha256Hex;
}

interface Recorded {
  entry: Uint8Array;
  position: Position;
  receivedAtNs: bigint;
}

/**
 * Tells new events from repeats. The caller holds the ids' reservations, so nothing else decides about them now.
 * What is in memory only says which ids need a look; a repeat is one only when the recorded entry has been read.
 *
 * @returns the results of the arrivals that are repeats or conflicts; the others are new
 */
export async function findRepeats(
  tenant: string,
  arrivals: readonly Arrival[],
  receivedAtNs: bigint,
  parts: IdentityParts,
): Promise<Map<Arrival, ItemResult>> {
  const { hasher, pendingIds, recentIds, rule } = parts;
  const pending: Arrival[] = [];
  const suspects: Arrival[] = [];
  const identities = new Map<Arrival, Identity>();
  for (const arrival of arrivals) {
    const { id, timeNs, idGiven } = arrival.admitted;
    if (!idGiven) continue;
    const hash = hasher.hash(tenant, id);
    identities.set(arrival, { id, hash, timeNs, receivedAtNs });
    if (pendingIds.has(hashKey(hash))) pending.push(arrival);
    else if (isSuspect(identities.get(arrival)!, recentIds, rule)) suspects.push(arrival);
  }
  const results = new Map<Arrival, ItemResult>();
  for (const arrival of pending) {
    const { id } = arrival.admitted;
    const record = await from('journal', pendingIds.find(parts.journal, tenant, id, arrival.key));
    if (record === undefined) suspects.push(arrival);
    else results.set(arrival, judge(arrival, record, parts.sha256));
  }
  if (suspects.length === 0) return results;
  const lookups = suspects.map((arrival) => identities.get(arrival)!);
  const originals = await from(
    'store',
    findOriginals(parts.store, tenant, lookups, parts.progress.sealedBefore, recentIds, rule),
  );
  for (const arrival of suspects) {
    const original = originals.get(arrival.admitted.id);
    if (original !== undefined) results.set(arrival, judge(arrival, original, parts.sha256));
  }
  return results;
}

/** A repeat has the content of what is recorded: received when that was, it would have become the same entry. */
function judge(arrival: Arrival, recorded: Recorded, sha256: Sha256Hex): ItemResult {
  const { id } = arrival.admitted;
  const receivedAt = formatNs(recorded.receivedAtNs);
  const entry = rebuildEntry(arrival.value, { id, receivedAt, sha256 });
  const same = entry !== undefined && Buffer.compare(entry, recorded.entry) === 0;
  return { status: same ? 'duplicate' : 'conflict', id, position: recorded.position };
}
