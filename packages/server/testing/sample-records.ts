import { createHash } from 'node:crypto';
import { formatNs } from '@attestlog/event';
import type { JournalRecord } from '../src/records/record-codec.js';

/** When the tests take place: where the memory clock starts. */
export const NOW_NS = 1_760_000_000_000_000_000n;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface SampleRecord {
  id: string;
  /** The time of receipt where it is absent. */
  timeNs?: bigint;
  receivedAtNs?: bigint;
  message?: string;
  sealed?: string;
}

/** A record as intake writes it, its entry in canonical JSON. */
export function sampleRecord({
  id,
  receivedAtNs = NOW_NS,
  timeNs = receivedAtNs,
  message,
  sealed,
}: SampleRecord): JournalRecord {
  const entry = {
    action: 'order.approve',
    actor: { id: 'u1' },
    id,
    ...(message === undefined ? {} : { message }),
    received_at: formatNs(receivedAtNs),
    time: formatNs(timeNs),
  };
  return { id, timeNs, receivedAtNs, entry: new TextEncoder().encode(JSON.stringify(entry)), sealed };
}
