import { entryAsReceived, formatNs, type Sha256Hex } from '@attestlog/event';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { IdHasher } from '../identity/id-hash.js';
import type { PendingIds } from '../identity/pending-ids.js';
import type { RecentIds } from '../identity/recent-ids.js';
import { findOriginals, type Identity, isSuspect, type RepeatRule } from '../identity/repeats.js';
import type { Journal } from '../ports/journal.js';
import type { EventStore, Position } from '../ports/store.js';
import type { Progress } from '../sequencer/progress.js';
import type { Arrival, ItemResult } from './item.js';
import type { UncertainIds } from './uncertain-ids.js';

export interface IdentityParts {
  journal: Journal;
  store: EventStore;
  progress: Progress;
  recentIds: RecentIds;
  pendingIds: PendingIds;
  hasher: IdHasher;
  uncertainIds: UncertainIds;
  rule: RepeatRule;
  sha256: Sha256Hex;
}

/** The event that an id stands for already. */
export interface Recorded {
  entry: Uint8Array;
  position: Position;
  receivedAtNs: bigint;
}

/**
 * Tells new events from repeats. The caller holds the ids' reservations, so nothing else decides about them now.
 * What is in memory only says which ids need a look; a repeat is one only when the recorded entry has been read.
 *
 * @returns what is recorded under the ids of these arrivals; those without are new
 * @throws Problem `journal-unavailable` also when another event with one of the ids may yet be in the journal
 */
export async function findRecorded(
  tenant: string,
  arrivals: readonly Arrival[],
  receivedAtNs: bigint,
  parts: IdentityParts,
): Promise<Map<Arrival, Recorded>> {
  const { journal, hasher, pendingIds, recentIds, uncertainIds, rule } = parts;
  const given = arrivals.filter(({ admitted }) => admitted.idGiven);
  if (given.some(({ key }) => uncertainIds.has(key))) {
    await from('journal', uncertainIds.search(journal, pendingIds, hasher));
  }
  const pending: Arrival[] = [];
  const suspects: Suspect[] = [];
  const suspect = (arrival: Arrival): Suspect => {
    const { id, timeNs } = arrival.admitted;
    return { arrival, id, timeNs, receivedAtNs, hash: hasher.hash(tenant, id) };
  };
  for (const arrival of given) {
    if (pendingIds.has(arrival.key)) pending.push(arrival);
    else if (isSuspect(suspect(arrival), recentIds, rule)) suspects.push(suspect(arrival));
  }
  const recorded = new Map<Arrival, Recorded>();
  for (const arrival of pending) {
    const record = await from('journal', pendingIds.find(journal, tenant, arrival.admitted.id, arrival.key));
    if (record === undefined) suspects.push(suspect(arrival));
    else recorded.set(arrival, record);
  }
  if (suspects.length > 0) {
    const { store, progress } = parts;
    const lookUp = findOriginals(store, tenant, suspects, progress.sealedBefore, recentIds, rule);
    for (const [{ arrival }, original] of await from('store', lookUp)) recorded.set(arrival, original);
  }
  refuseUncertain(given, recorded, parts);
  return recorded;
}

interface Suspect extends Identity {
  arrival: Arrival;
}

function refuseUncertain(
  arrivals: readonly Arrival[],
  recorded: ReadonlyMap<Arrival, Recorded>,
  { uncertainIds, sha256 }: IdentityParts,
): void {
  if (uncertainIds.size === 0) return;
  if (arrivals.some((arrival) => !recorded.has(arrival) && uncertainIds.differs(arrival, sha256))) {
    throw new Problem('journal-unavailable', {
      detail: 'Another event was sent with one of the ids before, and it is not certain yet whether it is stored.',
    });
  }
}

/** A repeat has the content of what is recorded: received when that was, it would have become the same entry. */
export function judge({ admitted }: Arrival, recorded: Recorded): ItemResult {
  const { id, entry, timeGiven } = admitted;
  const asReceived = entryAsReceived(entry, formatNs(recorded.receivedAtNs), timeGiven);
  const same = Buffer.compare(asReceived, recorded.entry) === 0;
  return { status: same ? 'duplicate' : 'conflict', id, position: recorded.position };
}
