import {
  type DeliveryNotice,
  type DeliveryStats,
  type DeliveryWorld,
  type DropReason,
  dropReasons,
} from './delivery.js';

/** What the queues hold at the moment, as far as it is not counted here. */
export type Holdings = Pick<
  DeliveryStats,
  'buffered_events' | 'buffered_bytes' | 'spooled_events' | 'spooled_bytes' | 'oldest_waiting_ms'
>;

/** Counts what becomes of events and requests, and tells whoever listens. */
export class Account {
  readonly #world: Pick<DeliveryWorld, 'nowMs' | 'notify'>;
  readonly #dropped = Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<DropReason, number>;
  acceptedEvents = 0;
  acknowledgedEvents = 0;
  leftOutEvents = 0;
  refusedEvents = 0;
  retries = 0;
  #requests = 0;
  #failedRequests = 0;
  #sentBytes = 0;
  #connection: 'unknown' | 'up' | 'down' = 'unknown';
  #lastError: DeliveryStats['last_error'];
  #lastAcknowledgedMs: number | undefined;

  constructor(world: Pick<DeliveryWorld, 'nowMs' | 'notify'>) {
    this.#world = world;
  }

  /** What a listener throws is none of the delivery's business. */
  notify(notice: DeliveryNotice): void {
    try {
      this.#world.notify(notice);
    } catch {
      // Promised by the notices' description.
    }
  }

  dropped(events: number, reason: DropReason): void {
    this.#dropped[reason] += events;
    this.notify({ type: 'dropped', events, reason });
  }

  /** A request has ended. `isReached`: whether there was an answer that shows a working server. */
  requested(sentBytes: number, isReached: boolean, code?: string): void {
    this.#requests += 1;
    this.#sentBytes += sentBytes;
    const state = isReached ? 'up' : 'down';
    if (!isReached) this.#failedRequests += 1;
    if (this.#connection === state || (this.#connection === 'unknown' && isReached)) {
      this.#connection = state;
      return;
    }
    this.#connection = state;
    this.notify({ type: 'connection', state, ...(code === undefined ? {} : { code }) });
  }

  failed(code: string, message: string): void {
    this.#lastError = { code, message, at_ms: this.#world.nowMs() };
  }

  delivered(events: number, bytes: number, durationMs: number): void {
    this.#lastAcknowledgedMs = this.#world.nowMs();
    this.notify({ type: 'delivered', events, bytes, duration_ms: durationMs });
  }

  snapshot(holdings: Holdings): DeliveryStats {
    return {
      accepted_events: this.acceptedEvents,
      acknowledged_events: this.acknowledgedEvents,
      dropped_events: { ...this.#dropped },
      left_out_events: this.leftOutEvents,
      refused_events: this.refusedEvents,
      ...holdings,
      requests: this.#requests,
      failed_requests: this.#failedRequests,
      retries: this.retries,
      sent_bytes: this.#sentBytes,
      connection: this.#connection,
      ...(this.#lastError === undefined ? {} : { last_error: this.#lastError }),
      ...(this.#lastAcknowledgedMs === undefined ? {} : { last_acknowledged_ms: this.#lastAcknowledgedMs }),
    };
  }
}
