import { isMoment, parseTime } from '@attestlog/event';
import { PortFailure } from '../ports/failure.js';
import type { EventStore, Position } from '../ports/store.js';
import type { IdHash } from './id-hash.js';
import type { RecentIds } from './recent-ids.js';

/**
 * What makes an event a repeat: an entry of the same tenant with the same id is sealed already, and either was
 * received within the window before this one, or has the same event time.
 *
 * The rule looks only at what the journal and the log hold, never at the clock or at what is in memory, so every
 * sequencer decides alike and a replay decides as the first time.
 */
export interface RepeatRule {
  windowNs: bigint;
  /** How far an event's time may lie after the time at which it was received. */
  maxFutureSkewNs: bigint;
}

export interface Identity {
  id: string;
  hash: IdHash;
  timeNs: bigint;
  receivedAtNs: bigint;
}

export interface Original {
  entry: Uint8Array;
  position: Position;
  index: number;
  receivedAtNs: bigint;
}

const MAX_KEYS_PER_LOOKUP = 1000;

/** True when only the store can say whether this is a repeat. */
export function isSuspect(identity: Identity, recent: RecentIds, rule: RepeatRule): boolean {
  if (recent.mayContain(identity.hash, identity.receivedAtNs)) return true;
  if (recent.coversEverything) return false;
  return identity.timeNs < identity.receivedAtNs - rule.windowNs + rule.maxFutureSkewNs;
}

/**
 * Looks suspects up among the entries with a smaller position and gives the originals of those that are repeats.
 * The look-up by (id, time) comes first: the store's order makes it cheap, and most repeats are whole.
 */
export async function findOriginals(
  store: EventStore,
  tenant: string,
  suspects: readonly Identity[],
  before: Position,
  recent: RecentIds,
  rule: RepeatRule,
): Promise<Map<string, Original>> {
  const originals = new Map<string, Original>();
  const collect = async (identities: readonly Identity[], withTime: boolean) => {
    const byId = new Map(identities.map((identity) => [identity.id, identity]));
    for (let start = 0; start < identities.length; start += MAX_KEYS_PER_LOOKUP) {
      const keys = identities
        .slice(start, start + MAX_KEYS_PER_LOOKUP)
        .map(({ id, timeNs }) => (withTime ? { id, timeNs } : { id }));
      for (const stored of await store.findByKeys(tenant, keys, before)) {
        const head = readHead(stored.entry);
        const identity = byId.get(head.id);
        if (identity === undefined || !repeats(identity, head, rule)) continue;
        const known = originals.get(head.id);
        if (known === undefined || stored.index < known.index) {
          originals.set(head.id, { ...stored, receivedAtNs: head.receivedAtNs });
        }
      }
    }
  };
  await collect(suspects, true);
  // Whoever was not received within the window can only be a repeat by its time, which was looked at just now.
  await collect(
    suspects.filter(({ id, hash, receivedAtNs }) => !originals.has(id) && recent.mayContain(hash, receivedAtNs)),
    false,
  );
  return originals;
}

interface EntryHead {
  id: string;
  timeNs: bigint;
  receivedAtNs: bigint;
}

function repeats(identity: Identity, stored: EntryHead, rule: RepeatRule): boolean {
  return stored.timeNs === identity.timeNs || stored.receivedAtNs >= identity.receivedAtNs - rule.windowNs;
}

function readHead(entry: Uint8Array): EntryHead {
  const event = JSON.parse(new TextDecoder().decode(entry)) as { id: string; time: string; received_at: string };
  return { id: event.id, timeNs: parseNs(event.time), receivedAtNs: parseNs(event.received_at) };
}

function parseNs(text: string): bigint {
  const moment = parseTime(text);
  if (!isMoment(moment)) throw new PortFailure('corrupt', 'A sealed entry has a time that cannot be read');
  return moment.ns;
}
