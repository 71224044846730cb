import type { Delivery, DeliveryStats, ReadyEvent } from '../src/delivery/delivery.js';
import type { EventDraft } from '../src/event-draft.js';

const STATS: DeliveryStats = {
  accepted_events: 0,
  acknowledged_events: 0,
  dropped_events: { buffer_full: 0, spool_full: 0, disk_error: 0, damaged: 0, closed: 0 },
  left_out_events: 0,
  refused_events: 0,
  buffered_events: 0,
  buffered_bytes: 0,
  spooled_events: 0,
  spooled_bytes: 0,
  oldest_waiting_ms: 0,
  requests: 0,
  failed_requests: 0,
  retries: 0,
  sent_bytes: 0,
  connection: 'unknown',
};

/** Keeps what it is given, as a delivery whose server is very near. */
export class CollectingDelivery implements Delivery {
  readonly ready: ReadyEvent[] = [];
  closed = 0;

  get events(): EventDraft[] {
    return this.ready.map(({ json }) => JSON.parse(json) as EventDraft);
  }

  accept(event: ReadyEvent) {
    this.ready.push(event);
    return { id: event.id, state: 'buffered' as const };
  }
  async flush() {}
  async close() {
    this.closed++;
  }
  stats(): DeliveryStats {
    return { ...STATS, accepted_events: this.ready.length };
  }
}
