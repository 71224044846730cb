import { admitEvent, formatNs } from '@attestlog/event';
import { makeEvent } from './events.js';
import { ID_PLACEHOLDER, renewAt, TIME_PLACEHOLDER } from './outgoing-event.js';
import { Random } from './random.js';

/** An entry as the journal and the store get it, used again and again with new ids and times. */
export interface PreparedEntry {
  bytes: Buffer;
  idAt: number;
  timeAt: number;
}

/** Prepares canonical entries outside of the measured time. */
export function prepareEntries(count: number, seed: number): PreparedEntry[] {
  const random = new Random(seed);
  const receivedAtNs = BigInt(Date.now()) * 1_000_000n;
  const context = {
    receivedAt: formatNs(receivedAtNs),
    receivedAtNs,
    newId: () => '',
    maxFutureSkewMs: 300_000,
    sha256: () => '',
  };
  return Array.from({ length: count }, () => {
    const admitted = admitEvent(makeEvent(random), context);
    if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
    const bytes = Buffer.from(admitted.entry);
    return { bytes, idAt: bytes.indexOf(ID_PLACEHOLDER), timeAt: bytes.indexOf(TIME_PLACEHOLDER) };
  });
}

export function renewEntry({ bytes, idAt, timeAt }: PreparedEntry, timeText: Buffer): void {
  renewAt(bytes, idAt, timeAt, timeText);
}
