import { isMoment, parseTime } from '@attestlog/event';
import type { EventStore } from '../ports/store.js';

/** Where entries were removed, the next one within so many speaks for them. */
const NEIGHBOURS = 16;
/** Intake on several threads does not record in the order of its clock, which may be set back a little as well. */
const SLACK_NS = 10_000_000_000n;

/**
 * An index before which no entry was received at or after a time: where to begin to read what came since. Entries are
 * sealed about in the order in which they were received, so it is found by halving, with about log2(size) reads.
 *
 * @param sinceNs nanoseconds since the epoch
 */
export async function startIndexOf(
  store: Pick<EventStore, 'entries'>,
  tenant: string,
  size: number,
  sinceNs: bigint,
): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entries = await store.entries(tenant, middle, Math.min(middle + NEIGHBOURS, size));
    const receivedNs = entries[0] && receivedNsOf(entries[0].entry);
    // What was removed is old.
    if (receivedNs === undefined || receivedNs < sinceNs - SLACK_NS) low = middle + 1;
    else high = middle;
  }
  return low;
}

function receivedNsOf(entry: Uint8Array): bigint | undefined {
  const { received_at: receivedAt } = JSON.parse(Buffer.from(entry).toString('utf8')) as { received_at?: string };
  const moment = receivedAt === undefined ? undefined : parseTime(receivedAt);
  return moment !== undefined && isMoment(moment) ? moment.ns : undefined;
}
