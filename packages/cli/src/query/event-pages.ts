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
}

/** Which events; what is absent does not restrict. Times are RFC 3339, `q` is a filter in the search syntax. */
export type EventFilter = Readonly<Partial<Record<'q' | 'from' | 'to' | 'actor' | 'action', string>>>;

/**
 * Pages of events, newest first, until there are no more or `maxEvents` have come.
 * @throws CliFailure
 */
export async function* eventPages(
  client: ApiClient,
  filter: EventFilter,
  maxEvents: number,
  cursor?: string,
): AsyncGenerator<EventPage> {
  let remaining = maxEvents;
  let next: string | null = cursor ?? null;
  do {
    const parameters = new URLSearchParams(filter as Record<string, string>);
    parameters.set('limit', String(Math.min(remaining, MAX_PAGE_EVENTS)));
    if (next !== null) parameters.set('cursor', next);
    const path = `api/v1/events?${parameters}`;
    const page = readPage(await client.getJson(path), path);
    yield page;
    remaining -= page.events.length;
    next = page.next;
  } while (next !== null && remaining > 0);
}

function readPage({ events, next }: Record<string, unknown>, path: string): EventPage {
  if (!Array.isArray(events)) throw notAttestlog(path);
  const found = events.filter(isRecord).map(({ index, position, event, personal }) => ({
    index: typeof index === 'number' ? index : null,
    position,
    event,
    ...(personal === undefined ? {} : { personal }),
  }));
  return { events: found, next: typeof next === 'string' ? next : null };
}
