/** What became of an event that was sent. */
export type Verdict =
  /** On stable storage of the server, now or since an earlier try; or left out by its policy. */
  | { readonly state: 'done' }
  /** The server will never take it. `reason` names the problem and the field, never a value. */
  | { readonly state: 'refused'; readonly code: string; readonly reason: string };

/** Why events were not settled and are to be sent again. */
export interface SendFailure {
  /** Who else would fare alike: all events, those of this tenant, or perhaps only one of this batch. */
  readonly scope: 'server' | 'tenant' | 'event';
  readonly code: string;
  /** For people; without values of events and without credentials. */
  readonly message: string;
  /** What the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

export interface SendAnswer {
  /** Of the first events of the batch, in their order; of all of them unless there is a failure. */
  readonly verdicts: readonly Verdict[];
  readonly failure?: SendFailure | undefined;
}

/**
 * Brings a batch to the server, once: the relay repeats. The order of the batch is the order in the tenant's log, so an
 * event may be tried only when all before it are settled. The same event may come again after a crash.
 */
export interface EventSender {
  /**
   * @param events JSON objects with an id, one text each
   * @param tenant undefined: the credential's own
   * @param signal aborted when the relay does not wait any longer
   */
  send(events: readonly string[], tenant: string | undefined, signal: AbortSignal): Promise<SendAnswer>;
}
