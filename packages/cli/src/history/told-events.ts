import type { ApiClient } from '../http/api-client.js';
import { notAttestlog } from '../http/api-client.js';
import { isRecord } from '../http/problem-details.js';

const MAX_PAGE_EVENTS = 1000;

/** An event of a history or a timeline, with what the server says beside it. */
export interface ToldEvent {
  readonly event: unknown;
  readonly personal?: unknown;
  /** What changed, field by field. */
  readonly changed?: readonly Record<string, unknown>[];
  readonly truncated?: unknown;
  /** Milliseconds since the first event. */
  readonly offset_ms?: number;
}

export interface ToldPage {
  readonly events: readonly ToldEvent[];
  readonly next: string | null;
  /** The page as the server gave it. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * Pages of a history or a timeline until there are no more, or `maxEvents` have come.
 *
 * @param path of the route, its parts encoded
 * @throws CliFailure
 */
export async function* toldPages(
  client: ApiClient,
  path: string,
  parameters: Readonly<Record<string, string>>,
  maxEvents: number,
): AsyncGenerator<ToldPage> {
  let remaining = maxEvents;
  let next: string | null = null;
  do {
    const query = new URLSearchParams(parameters);
    query.set('limit', String(Math.min(remaining, MAX_PAGE_EVENTS)));
    if (next !== null) query.set('cursor', next);
    const url = `${path}?${query}`;
    const answer = await client.getJson(url);
    if (!Array.isArray(answer.events)) throw notAttestlog(url);
    const events = answer.events.filter(isRecord) as unknown as ToldEvent[];
    next = typeof answer.next === 'string' ? answer.next : null;
    yield { events, next, answer };
    remaining -= events.length;
  } while (next !== null && remaining > 0);
}
