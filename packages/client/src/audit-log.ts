import type { PolicyEvent } from '@attestlog/event/sdk';
import type { LogEvent } from './actions/typed-event.js';

/**
 * How far an event has come when its call resolves:
 * `buffered` in memory, `spooled` on this machine's disk, `acknowledged` on stable storage of the server;
 * `not-recorded` the policy leaves it out; `dropped` a bound was met, which is counted and reported;
 * `refused` it is no event or the server will never take it: it is in the dead-letter file with the reason.
 */
export type LogState = 'buffered' | 'spooled' | 'acknowledged' | 'not-recorded' | 'dropped' | 'refused';

export interface LogOutcome {
  /** The event's id, given at the call, so that a repeat is the same event. */
  id: string;
  state: LogState;
  /** Why it was not recorded, dropped or refused; in English, without the event's values. */
  reason?: string;
}

/** What events are written to: all that middleware, an outbox's relay or a file monitor needs of the client. */
export interface AuditLog {
  /**
   * Never throws and never rejects; resolves as soon as the event is where the durability asked for wants it. Takes
   * every `EventDraft`.
   */
  log(event: LogEvent): Promise<LogOutcome>;
  /**
   * false: an event with these fields would surely come back `not-recorded`, so that it need not be made. Decided by
   * the policy's switch, level and names, never by sampling. Absent: any may be recorded.
   */
  wouldRecord?(event: PolicyEvent): boolean;
  /**
   * Resolves when the server has acknowledged all that was logged before the call, or when it has become certain that it
   * will not; rejects with the signal's reason when that is aborted first. Nothing is lost by a rejection.
   */
  flush(options?: { signal?: AbortSignal }): Promise<void>;
  /** Delivers what it can within the client's limit and gives back files and timers. `disk` keeps the rest for the next. */
  close(): Promise<void>;
}
