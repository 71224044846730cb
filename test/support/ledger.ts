/** An event as the tests send it. */
export interface SentEvent extends Record<string, unknown> {
  id: string;
  action: string;
}

interface Row {
  event: SentEvent;
  acknowledged: boolean;
}

/** What clients sent to each tenant, and what of it the server acknowledged: the side of the clients in a dispute. */
export class Ledger {
  readonly #tenants = new Map<string, Map<string, Row>>();

  get tenants(): string[] {
    return [...this.#tenants.keys()];
  }

  get acknowledgedCount(): number {
    return this.tenants.reduce((sum, tenant) => sum + this.acknowledged(tenant).length, 0);
  }

  /** To be called before the request leaves. */
  sent(tenant: string, events: readonly SentEvent[]): void {
    const records = this.#tenants.get(tenant) ?? new Map<string, Row>();
    this.#tenants.set(tenant, records);
    for (const event of events) records.set(event.id, { event, acknowledged: false });
  }

  acknowledge(tenant: string, id: string): void {
    const record = this.#tenants.get(tenant)?.get(id);
    if (record === undefined) throw new Error(`the server acknowledged ${id} to ${tenant}, which was never sent`);
    record.acknowledged = true;
  }

  acknowledged(tenant: string): SentEvent[] {
    return this.#of(tenant, true);
  }

  unacknowledged(tenant: string): SentEvent[] {
    return this.#of(tenant, false);
  }

  /**
   * What a tenant's log gets wrong: acknowledged events that it lacks, events that it has twice or that nobody sent,
   * and other content than was sent. Empty when all is well.
   */
  complaints(tenant: string, entries: readonly Record<string, unknown>[]): string[] {
    const records = this.#tenants.get(tenant) ?? new Map<string, Row>();
    const complaints: string[] = [];
    const seen = new Set<unknown>();
    for (const [index, entry] of entries.entries()) {
      if (isOfServer(entry)) continue;
      const record = records.get(entry.id as string);
      if (seen.has(entry.id)) complaints.push(`${tenant}: ${entry.id} is there twice, again at ${index}`);
      else if (record === undefined) complaints.push(`${tenant}: ${entry.id} at ${index} was never sent`);
      else if (!hasContent(entry, record.event)) complaints.push(`${tenant}: ${entry.id} at ${index} was changed`);
      seen.add(entry.id);
    }
    for (const { id } of this.acknowledged(tenant)) {
      if (!seen.has(id)) complaints.push(`${tenant}: ${id} was acknowledged and is lost`);
    }
    return complaints;
  }

  #of(tenant: string, acknowledged: boolean): SentEvent[] {
    const records = [...(this.#tenants.get(tenant)?.values() ?? [])];
    return records.filter((record) => record.acknowledged === acknowledged).map(({ event }) => event);
  }
}

/** Whether the server wrote it of itself, as it does when a log is read: no client can send such an id. */
function isOfServer({ id }: Record<string, unknown>): boolean {
  return typeof id === 'string' && id.startsWith('attestlog:');
}

/** Whether the entry has every field of the event, as it was sent. The server adds some of its own. */
function hasContent(entry: Record<string, unknown>, event: SentEvent): boolean {
  return Object.entries(event).every(([name, value]) => sortedJson(entry[name]) === sortedJson(value));
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
