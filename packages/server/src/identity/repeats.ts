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
export function isSuspect(identity: Omit<Identity, 'id'>, recent: RecentIds, rule: RepeatRule): boolean {
  if (recent.mayContain(identity.hash, identity.receivedAtNs)) return true;
  if (recent.coversEverything) return false;
  return identity.timeNs < identity.receivedAtNs - rule.windowNs + rule.maxFutureSkewNs;
}

/**
 * Looks suspects up among the entries with a smaller position and gives the originals of those that are repeats.
 * The look-up by (id, time) comes first: the store's order makes it cheap, and most repeats are whole.
 */
export async function findOriginals<T extends Identity>(
  store: EventStore,
  tenant: string,
  suspects: readonly T[],
  before: Position,
  recent: RecentIds,
  rule: RepeatRule,
): Promise<Map<T, Original>> {
  const originals = new Map<T, Original>();
  const collect = async (identities: readonly T[], withTime: boolean) => {
    const byId = new Map<string, T[]>();
    for (const identity of identities) byId.set(identity.id, [...(byId.get(identity.id) ?? []), identity]);
    for (let start = 0; start < identities.length; start += MAX_KEYS_PER_LOOKUP) {
      const keys = identities
        .slice(start, start + MAX_KEYS_PER_LOOKUP)
        .map(({ id, timeNs }) => (withTime ? { id, timeNs } : { id }));
      for (const stored of await store.findByKeys(tenant, keys, before)) {
        const head = readHead(stored.entry);
        for (const identity of byId.get(head.id) ?? []) {
          if (!isRepeat(identity, head, rule)) continue;
          const known = originals.get(identity);
          if (known === undefined || stored.index < known.index) {
            originals.set(identity, { ...stored, receivedAtNs: head.receivedAtNs });
          }
        }
      }
    }
  };
  await collect(suspects, true);
  // Whoever was not received within the window can only be a repeat by its time, which was looked at just now.
  await collect(
    suspects.filter((each) => !originals.has(each) && recent.mayContain(each.hash, each.receivedAtNs)),
    false,
  );
  return originals;
}

type Received = Pick<Identity, 'timeNs' | 'receivedAtNs'>;

/** The rule itself, for an entry of the same tenant and id that comes before in the log. */
export function isRepeat(identity: Received, sealed: Received, rule: RepeatRule): boolean {
  return sealed.timeNs === identity.timeNs || sealed.receivedAtNs >= identity.receivedAtNs - rule.windowNs;
}

function readHead(entry: Uint8Array): Received & { id: string } {
  const event = JSON.parse(new TextDecoder().decode(entry)) as { id: string; time: string; received_at: string };
  return { id: event.id, timeNs: parseNs(event.time), receivedAtNs: parseNs(event.received_at) };
}

function parseNs(text: string): bigint {
  const moment = parseTime(text);
  if (!isMoment(moment)) throw new PortFailure('corrupt', 'A sealed entry has a time that cannot be read');
  return moment.ns;
}
