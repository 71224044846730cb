import type { ReadyEvent } from '../delivery.js';

/** What became of an event for good. `reason` is in English, without a value of the event. */
export type Settlement =
  | { readonly state: 'acknowledged' }
  | { readonly state: 'not-recorded'; readonly reason: string }
  | { readonly state: 'refused'; readonly code: string; readonly reason: string };

/** An event on its way, until {@link PendingEvent.settle} is called: exactly once, unless the sender is stopped. */
export interface PendingEvent {
  readonly event: ReadyEvent;
  readonly settle: (settlement: Settlement) => void;
  /** Set once the server has failed on it (500): from then on it travels alone. */
  suspicion?: Suspicion;
}

/** An event that the server may be failing because of. */
export interface Suspicion {
  /** How often the server failed on it alone, having taken others since the time before. */
  failuresAmongSuccesses: number;
  /** How many events were acknowledged when it failed last. */
  acknowledgedThen: number;
}
