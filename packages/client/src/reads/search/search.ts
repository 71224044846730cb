import type { Filter } from '@attestlog/event/sdk';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { segment } from '../http/request-parts.js';
import { type EventPage, eachEvent, eachPage, type PageQuery, type TimeQuery } from './event-page.js';
import type { FoundEvent, ShownFields } from './found-event.js';

/** Which events: `q` in the search syntax (docs/search.md) or `filter` as a syntax tree, not both; neither: all. */
export interface EventQuery extends TimeQuery {
  readonly q?: string | undefined;
  readonly filter?: Filter | undefined;
}

/** What is asked of a search. */
export interface SearchQuery extends EventQuery, PageQuery {
  /** Show these fields only, such as `actor.id` or `metadata.amount`. */
  readonly fields?: readonly string[] | undefined;
}

/** A search that shows some fields only. */
export type FieldsQuery = SearchQuery & { readonly fields: readonly string[] };

/** Searching for events. */
export interface Searching {
  /** A page of events, newest first unless `order` says otherwise. */
  search(query: FieldsQuery, options?: CallOptions): Promise<EventPage<FoundEvent<ShownFields>>>;
  search(query?: SearchQuery, options?: CallOptions): Promise<EventPage>;
  /** All events that the query finds, one by one, over all pages. `limit` is that of a page. */
  searchAll(query: FieldsQuery, options?: CallOptions): AsyncGenerator<FoundEvent<ShownFields>, void, undefined>;
  searchAll(query?: SearchQuery, options?: CallOptions): AsyncGenerator<FoundEvent, void, undefined>;
  /** The same, page by page. */
  searchPages(query?: SearchQuery, options?: CallOptions): AsyncGenerator<EventPage, void, undefined>;
  /** One event. @throws AttestlogError `event-unknown` */
  get(id: string, options?: CallOptions): Promise<FoundEvent>;
  /** The bytes of a payload that was too large for its entry, by the hash in it. @param event the id of the event */
  blob(sha256: string, event?: string, options?: CallOptions): Promise<Uint8Array>;
}

/** Of a page of 1,000 events with few fields as of one with whole ones: a round trip costs more than the rest. */
const ALL_PAGE_EVENTS = 1000;

/** {@link Searching} on a server. */
export function searching(http: ReadHttp): Searching {
  // A query in a body has room for any filter, and stays out of the logs of proxies.
  const search = (body: SearchQuery = {}, options?: CallOptions) =>
    http.json<EventPage>({ method: 'POST', path: 'api/v1/events/search', body }, options);
  const all =
    (query: SearchQuery = {}, options?: CallOptions) =>
    (cursor: string | undefined) =>
      search(
        { limit: ALL_PAGE_EVENTS, ...query, ...(cursor === undefined ? {} : { cursor, total: undefined }) },
        options,
      );
  return {
    search: search as Searching['search'],
    searchAll: ((query?: SearchQuery, options?: CallOptions) =>
      eachEvent(all(query, options))) as Searching['searchAll'],
    searchPages: (query, options) => eachPage(all(query, options)),
    get: (id, options) => http.json({ path: `api/v1/events/${segment(id)}` }, options),
    blob: (sha256, event, options) =>
      http.bytes({ path: `api/v1/blobs/${segment(sha256)}`, query: { event }, headers: { accept: '*/*' } }, options),
  };
}
