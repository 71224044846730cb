import type { RecordedEvent } from './recorded-event.js';

/** A sealed field as its reader sees it. */
export interface ShownField {
  /** Where it stands in the event (RFC 6901). */
  readonly pointer: string;
  readonly state: 'open' | 'masked' | 'erased' | 'missing';
  readonly value?: unknown;
}

/** An event with its place. */
export interface FoundEvent<E = RecordedEvent> {
  /** Place in the tenant's log, from 0. */
  readonly index: number;
  /** Place in the journal. */
  readonly position: number;
  readonly event: E;
  /** What the reader sees of its sealed fields; absent: it has none. */
  readonly personal?: readonly ShownField[];
}

/** The fields of an event that were asked for. */
export type ShownFields = Partial<RecordedEvent>;
