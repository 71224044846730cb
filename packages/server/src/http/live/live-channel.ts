import type { Problem } from '../../errors.js';

/** An event as it is sent. */
export interface LiveMessage {
  index: number;
  /** As `GET /api/v1/events/{id}` answers it. */
  json: string;
}

/** What asks the client's side for a sign of life. */
export interface LiveProbe {
  ask(): void;
  /** Whether it was asked and has not answered since. */
  readonly isUnanswered: boolean;
}

/** The way to one client. */
export interface LiveChannel {
  /** Absent where the protocol has no answers. */
  readonly probe?: LiveProbe;
  /** Resolves when the client's side has taken it; rejects when there is none any more. One call at a time. */
  send(messages: readonly LiveMessage[]): Promise<void>;
  /** Says that the stream goes on, and that everything before an index was sent or does not fit. */
  beat(next: number): Promise<void>;
  /** Says the last: that all was sent, or why no more comes; and in both cases where to go on. Then closes. */
  end(next: number, problem?: Problem): void;
  /** Called once, when the client is gone. */
  onGone(callBack: () => void): void;
}

/** How long a client has to take the last word. */
export const FAREWELL_MS = 500;
