import type { ListenerName } from './syslog-arrival.js';

/**
 * What became of messages: recorded, recorded before, recorded in the place of what could not be, left out by the tenant's
 * policy (which counts it), or lost.
 */
export type MessageFate = 'recorded' | 'duplicate' | 'unmapped' | 'left_out' | 'lost';

/** Is told what the listeners do, for metrics and the log of the server. Never the content of a message. */
export interface SyslogObserver {
  count(listener: ListenerName, fate: MessageFate, messages: number): void;
  /** Connections that are open now. */
  connections(listener: ListenerName, open: number): void;
  /** A connection or a datagram that was not let in. */
  refused(listener: ListenerName, peer: string, reason: string): void;
  trouble(listener: ListenerName, message: string, error: unknown): void;
}
