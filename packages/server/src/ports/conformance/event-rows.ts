import type { EventRow } from '../batch-columns.js';

export interface SampleEvent {
  tenant: string;
  index: number;
  position: number;
  id: string;
  /** RFC 3339 in UTC. */
  time: string;
  /** The time where it is not given. */
  receivedAt?: string;
  actor?: string;
  action?: string;
}

/** A row with a valid entry, in canonical JSON. */
export function eventRow(sample: SampleEvent): EventRow {
  const { tenant, index, position, id, time, receivedAt = time, actor = 'u1', action = 'order.approve' } = sample;
  const entry = { action, actor: { id: actor, type: 'user' }, id, received_at: receivedAt, time };
  return { tenant, index, position, entry: new TextEncoder().encode(JSON.stringify(entry)) };
}

/** Nanoseconds since the epoch of an RFC 3339 time in UTC. */
export function timeNs(time: string): bigint {
  const [seconds = '', fraction = ''] = time.slice(0, -1).split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** A hash that is told apart from others by its number. */
export function sampleHash(number: number): Uint8Array {
  const hash = new Uint8Array(32).fill(number % 251);
  new DataView(hash.buffer).setUint32(0, number);
  return hash;
}
