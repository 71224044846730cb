/** The fields of an entry that the store finds and orders it by. */
export interface EntryFields {
  id: string;
  timeNs: bigint;
  receivedNs: bigint;
  /** Who acted, and for whom. */
  actorIds: readonly string[];
}

/** Reads them from the entry's JSON. Throws where it is not an entry. */
export function entryFields(entry: Uint8Array): EntryFields {
  const event = JSON.parse(new TextDecoder().decode(entry)) as {
    id: string;
    time: string;
    received_at: string;
    actor?: { id?: string; on_behalf_of?: { id?: string } };
  };
  return {
    id: event.id,
    timeNs: nanoseconds(event.time),
    receivedNs: nanoseconds(event.received_at),
    actorIds: [event.actor?.id, event.actor?.on_behalf_of?.id].filter((id) => id !== undefined),
  };
}

/** Nanoseconds since the epoch of an RFC 3339 time in UTC with at most nine digits of fraction. */
export function nanoseconds(time: string): bigint {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(time);
  if (!match) throw new TypeError(`not a time in UTC: ${time}`);
  return BigInt(Date.parse(`${match[1]}Z`)) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}
