import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { type Query, segment } from '../http/request-parts.js';
import { type EventPage, eachEvent, type PageQuery, type TimeQuery } from './event-page.js';
import type { FoundEvent } from './found-event.js';

/** What is asked of a history or a timeline. */
export interface HistoryQuery extends TimeQuery, PageQuery {}

/** One field of a target that an event changed. */
export interface FieldChange {
  /** Which field of the target (RFC 6901). */
  readonly pointer: string;
  /** Absent: the field was not there. */
  readonly before?: unknown;
  /** Absent: the field is not there any more. */
  readonly after?: unknown;
  /** A value is sealed: `personal` has what the reader sees of it. */
  readonly sealed?: true;
}

/** An event in the history of a target. */
export interface HistoryEvent extends FoundEvent {
  /** What changed; absent where the event does not say, or in a payload of its own. */
  readonly changed?: readonly FieldChange[];
  /** There are more changes than are listed. */
  readonly truncated?: true;
}

/** An event on a timeline. */
export interface TimelineEvent extends FoundEvent {
  /** Milliseconds since the first event of all pages; of an actor, of this page. */
  readonly offset_ms: number;
  /** Milliseconds since the event before it; null for the first of the page. */
  readonly gap_ms: number | null;
}

/** A page of a timeline, and what it comes to. */
export interface TimelinePage extends EventPage<TimelineEvent> {
  readonly timeline: {
    readonly from: string | null;
    readonly to: string | null;
    readonly duration_ms: number;
    readonly longest_gap_ms: number;
    readonly actors: readonly { readonly id: string | null; readonly type: string | null; readonly events: number }[];
    readonly services: readonly { readonly service: string; readonly events: number }[];
  };
}

/** What happened to one thing, by one actor, in one session. */
export interface Histories {
  /** A page of the events about one target, each with what it changed; newest first unless `order` says otherwise. */
  history(type: string, id: string, query?: HistoryQuery, options?: CallOptions): Promise<EventPage<HistoryEvent>>;
  /** All of them, one by one. */
  historyAll(
    type: string,
    id: string,
    query?: HistoryQuery,
    options?: CallOptions,
  ): AsyncGenerator<HistoryEvent, void, undefined>;
  /** What one actor did, and what was done on their behalf; newest first. */
  actorActivity(id: string, query?: HistoryQuery, options?: CallOptions): Promise<TimelinePage>;
  /** The events of one session; oldest first. */
  sessionTimeline(id: string, query?: HistoryQuery, options?: CallOptions): Promise<TimelinePage>;
  /** The events that one correlation id joins; oldest first. */
  correlationTimeline(id: string, query?: HistoryQuery, options?: CallOptions): Promise<TimelinePage>;
}

/** {@link Histories} on a server. */
export function histories(http: ReadHttp): Histories {
  const history: Histories['history'] = (type, id, query = {}, options) =>
    http.json({ path: `api/v1/targets/${segment(type)}/${segment(id)}/history`, query: { ...query } }, options);
  const timeline =
    (path: (id: string) => string) =>
    (id: string, query: HistoryQuery = {}, options?: CallOptions): Promise<TimelinePage> =>
      http.json({ path: path(segment(id)), query: { ...query } satisfies Query }, options);
  return {
    history,
    historyAll: (type, id, query = {}, options) =>
      eachEvent((cursor) => history(type, id, cursor === undefined ? query : { ...query, cursor }, options)),
    actorActivity: timeline((id) => `api/v1/actors/${id}/activity`),
    sessionTimeline: timeline((id) => `api/v1/sessions/${id}/timeline`),
    correlationTimeline: timeline((id) => `api/v1/correlations/${id}/timeline`),
  };
}
