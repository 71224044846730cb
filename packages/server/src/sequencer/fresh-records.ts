import type { RecentIds } from '../identity/recent-ids.js';
import { findOriginals, type Identity, isRepeat, isSuspect, type RepeatRule } from '../identity/repeats.js';
import type { EventStore, Position } from '../ports/store.js';
import type { Pace } from './pace.js';
import type { PreparedBatch } from './prepared-batch.js';

export interface RepeatContext {
  store: EventStore;
  recentIds: RecentIds;
  rule: RepeatRule;
  pace: Pace;
}

const RECORDS_PER_LOOK = 512;

/**
 * The records of a batch that are no repeats, in their order: neither of what was sealed below a position, nor of one
 * another.
 */
export async function freshRecords(
  batch: PreparedBatch,
  before: Position,
  context: RepeatContext,
): Promise<Uint32Array> {
  const isDropped = new Uint8Array(batch.records.count);
  for (const [tenant, suspects] of await findSuspects(batch, context)) {
    const { store, recentIds, rule } = context;
    const originals = await findOriginals(store, batch.tenants[tenant]!, suspects, before, recentIds, rule);
    for (const { record } of originals.keys()) isDropped[record] = 1;
  }
  return withoutInnerRepeats(batch, isDropped, context);
}

interface Suspect extends Identity {
  record: number;
}

/** Those of which only the store can say whether they are repeats, by the places of their tenants. */
async function findSuspects(batch: PreparedBatch, context: RepeatContext): Promise<Map<number, Suspect[]>> {
  const { recentIds, rule, pace } = context;
  const { records } = batch;
  const suspects = new Map<number, Suspect[]>();
  const identity = { hash: { high: 0, low: 0 }, timeNs: 0n, receivedAtNs: 0n };
  for (let record = 0; record < records.count; record++) {
    batch.idHash(record, identity.hash);
    identity.timeNs = records.timesNs[record]!;
    identity.receivedAtNs = records.receivedAtNs[record]!;
    if (isSuspect(identity, recentIds, rule)) {
      const tenant = batch.tenantOf[record]!;
      const others = suspects.get(tenant) ?? [];
      suspects.set(tenant, others);
      others.push({ ...identity, hash: { ...identity.hash }, id: records.id(record), record });
    }
    if (record % RECORDS_PER_LOOK === 0 && pace.isOver) await pace.nextTurn();
  }
  return suspects;
}

/**
 * Leaves out those that were dropped, and repeats by the same rule among the others: so it makes no difference where
 * one batch ends and the next one begins. A record with the id of another one that is no repeat of it, as it came too
 * long after it, stands beside it: what comes then may repeat either.
 */
async function withoutInnerRepeats(
  batch: PreparedBatch,
  isDropped: Uint8Array,
  { rule, pace }: RepeatContext,
): Promise<Uint32Array> {
  const { records } = batch;
  const kept = new Uint32Array(records.count);
  let count = 0;
  /** Open addressing by the id's hash; a record's number plus 1, or 0. */
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(records.count * 2 + 2)));
  const hash = { high: 0, low: 0 };
  const received = (record: number) => ({
    timeNs: records.timesNs[record]!,
    receivedAtNs: records.receivedAtNs[record]!,
  });
  for (let record = 0; record < records.count; record++) {
    if (isDropped[record] === 1) continue;
    batch.idHash(record, hash);
    let slot = hash.low & (slots.length - 1);
    let repeats = false;
    for (; slots[slot] !== 0 && !repeats; slot = (slot + 1) & (slots.length - 1)) {
      const other = slots[slot]! - 1;
      repeats = batch.haveSameId(record, other) && isRepeat(received(record), received(other), rule);
    }
    if (repeats) continue;
    slots[slot] = record + 1;
    kept[count++] = record;
    if (record % RECORDS_PER_LOOK === 0 && pace.isOver) await pace.nextTurn();
  }
  return kept.subarray(0, count);
}
