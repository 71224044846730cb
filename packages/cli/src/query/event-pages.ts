import type { ApiClient } from '../http/api-client.js';
import { notAttestlog } from '../http/api-client.js';
import { isRecord } from '../http/problem-details.js';

/** Most events that the server gives at a time. */
export const MAX_PAGE_EVENTS = 1000;

/** An event with its place: `index` in the log, null while it is not sealed yet. */
export interface FoundEvent {
  readonly index: number | null;
  readonly position: unknown;
  readonly event: unknown;
  /** What the server shows of its sealed fields to this reader; absent: it has none. */
  readonly personal?: unknown;
}

export interface EventPage {
  readonly events: readonly FoundEvent[];
  /** Where the next page starts; null on the last one. */
  readonly next: string | null;
  readonly total?: Total;
}

/** How many events there are on all pages. */
export interface Total {
  readonly value: number;
  readonly relation: 'exact' | 'at-least';
}

/**
 * Which events; what is absent does not restrict. Times are RFC 3339 or words, `q` is a filter in the search syntax,
 * `fields` a list of the fields to show.
 */
export type EventFilter = Readonly<
  Partial<Record<'q' | 'from' | 'to' | 'time_zone' | 'actor' | 'action' | 'order' | 'fields', string>>
>;

/**
 * Pages of events, newest first unless `order` says otherwise, until there are no more or `maxEvents` have come.
 * @param total how they are counted; only the first page says it
 * @throws CliFailure
 */
export async function* eventPages(
  client: ApiClient,
  filter: EventFilter,
  maxEvents: number,
  cursor?: string,
  total?: string,
): AsyncGenerator<EventPage> {
  let remaining = maxEvents;
  let next: string | null = cursor ?? null;
  let counts = total;
  do {
    const parameters = new URLSearchParams(filter as Record<string, string>);
    parameters.set('limit', String(Math.min(remaining, MAX_PAGE_EVENTS)));
    if (next !== null) parameters.set('cursor', next);
    if (counts !== undefined) parameters.set('total', counts);
    counts = undefined;
    const path = `api/v1/events?${parameters}`;
    const page = readPage(await client.getJson(path), path);
    yield page;
    remaining -= page.events.length;
    next = page.next;
  } while (next !== null && remaining > 0);
}

function readPage({ events, next, total }: Record<string, unknown>, path: string): EventPage {
  if (!Array.isArray(events)) throw notAttestlog(path);
  const found = events.filter(isRecord).map(({ index, position, event, personal }) => ({
    index: typeof index === 'number' ? index : null,
    position,
    event,
    ...(personal === undefined ? {} : { personal }),
  }));
  const page = { events: found, next: typeof next === 'string' ? next : null };
  return isTotal(total) ? { ...page, total } : page;
}

function isTotal(value: unknown): value is Total {
  return (
    isRecord(value) && typeof value.value === 'number' && (value.relation === 'exact' || value.relation === 'at-least')
  );
}
