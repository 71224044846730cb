import type { FoundEvent } from './found-event.js';
import type { RecordedEvent } from './recorded-event.js';

/** What a query cost the store. */
export interface QueryCost {
  readonly rows_read: number;
  readonly bytes_read: number;
  readonly milliseconds: number;
}

/** How many events all pages have. */
export interface Total {
  readonly value: number;
  readonly relation: 'exact' | 'at-least';
}

/** A page of events. */
export interface EventPage<F = FoundEvent<RecordedEvent>> {
  readonly events: readonly F[];
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null;
  /** Cursor of the page before; null on the first one. */
  readonly previous: string | null;
  /** Only where it was asked for. */
  readonly total?: Total;
  /** Writes that were acknowledged before and are not in the answer; 0 but under overload. */
  readonly behind: number;
  readonly cost: QueryCost;
}

/** Which time: RFC 3339, a date, or words such as `last 7 days`. Both ends are inclusive. */
export interface TimeQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Where dates and words are: `Europe/Berlin`; `UTC` if absent. */
  readonly time_zone?: string | undefined;
}

/** How pages are read. */
export interface PageQuery {
  readonly order?: 'newest' | 'oldest' | undefined;
  /** 1 to 1,000; 100 if absent. */
  readonly limit?: number | undefined;
  /** `next` or `previous` of another page of the same query. */
  readonly cursor?: string | undefined;
  /** Counts the events of all pages; `estimate` stops at 10,000. */
  readonly total?: 'exact' | 'estimate' | undefined;
}

/**
 * The events of all pages, one page asked for when the one before has been taken. All pages show the moment of the first.
 *
 * @param ask gives the page at a cursor, or the first one
 */
export async function* eachEvent<F>(
  ask: (cursor: string | undefined) => Promise<Pick<EventPage<F>, 'events' | 'next'>>,
): AsyncGenerator<F, void, undefined> {
  for await (const { events } of eachPage(ask)) yield* events;
}

/** All pages; see {@link eachEvent}. */
export async function* eachPage<P extends { readonly next: string | null }>(
  ask: (cursor: string | undefined) => Promise<P>,
): AsyncGenerator<P, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    yield page;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
