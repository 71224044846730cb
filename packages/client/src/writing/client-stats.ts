import { type LeaveOutReason, leaveOutReasons } from '@attestlog/event/sdk';
import type { DeliveryStats } from '../delivery/delivery.js';

/** How the client is. Counts since it was made. */
export interface ClientStats {
  /** Calls of `log`, `failure` and `denied`. */
  readonly logged_events: number;
  /** Handed to the delivery. */
  readonly recorded_events: number;
  /** Not recorded, by the reason of the policy. */
  readonly left_out_events: Readonly<Record<LeaveOutReason, number>>;
  /** That could never be sent: no event, too large, or an error of a getter. */
  readonly not_accepted_events: number;
  /** With a value that had no JSON form and was changed. */
  readonly mended_events: number;
  /** With metadata that is not as declared. */
  readonly invalid_metadata_events: number;
  readonly delivery: DeliveryStats;
}

/** The client's own account, counted up as it goes. */
export class ClientAccount {
  logged = 0;
  recorded = 0;
  notAccepted = 0;
  mended = 0;
  invalidMetadata = 0;
  readonly #leftOut = Object.fromEntries(leaveOutReasons.map((reason) => [reason, 0])) as Record<
    LeaveOutReason,
    number
  >;

  leaveOut(reason: LeaveOutReason): void {
    this.#leftOut[reason]++;
  }

  snapshot(delivery: DeliveryStats): ClientStats {
    return {
      logged_events: this.logged,
      recorded_events: this.recorded,
      left_out_events: { ...this.#leftOut },
      not_accepted_events: this.notAccepted,
      mended_events: this.mended,
      invalid_metadata_events: this.invalidMetadata,
      delivery,
    };
  }
}
