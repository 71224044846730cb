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
  /** For whom the actor acted. */
  onBehalfOf?: string;
  sealed?: string;
}

/** A row with a valid entry, in canonical JSON. */
export function eventRow(sample: SampleEvent): EventRow {
  const { tenant, index, position, id, time, receivedAt = time, action = 'order.approve', sealed } = sample;
  const entry = { action, actor: actorOf(sample), id, received_at: receivedAt, time };
  const row = { tenant, index, position, entry: new TextEncoder().encode(JSON.stringify(entry)) };
  return sealed === undefined ? row : { ...row, sealed };
}

function actorOf({ actor: id = 'u1', onBehalfOf }: SampleEvent) {
  return onBehalfOf === undefined ? { id, type: 'user' } : { id, on_behalf_of: { id: onBehalfOf }, type: 'user' };
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
