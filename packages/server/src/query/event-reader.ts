import { compileFilter, type Filter, printFilter } from '@attestlog/event';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { EntryOrder, EntryPlace, EventSelection } from '../ports/event-selection.js';
import type { ReadOptions } from '../ports/read-options.js';
import type { EventStore, StoredEntry } from '../ports/store.js';
import { NOTHING_SEALED } from '../privacy/searching/searched-sealing.js';
import type { Progress } from '../sequencer/progress.js';
import { readBarrier } from '../sequencer/read-barrier.js';
import { type AskedTime, readTimeRange } from './asked-time.js';
import { type CursorPlace, decodeCursor, encodeCursor } from './cursor.js';
import { parsedEntry } from './entry-place.js';
import { type FilterParameters, filterOf } from './event-filter.js';
import { walkPage } from './page-walk.js';
import { resolveFilters, type SealingOf } from './resolve-filters.js';
import { countTotal, type Total, type TotalMode } from './total.js';

const EVERYTHING: Filter = { op: 'always' };

export interface EventQuery extends FilterParameters, AskedTime {
  /** A name of the IANA time zone database that words about time are read in; UTC, if absent. */
  timeZone?: string | undefined;
  /** Which events come first, by their times; the newest, if absent. */
  order?: EntryOrder | undefined;
  /** `next` or `previous` of another page of the same query. */
  cursor?: string | undefined;
  limit: number;
  /** Absent: not counted. */
  total?: TotalMode | undefined;
}

/** Who reads, as far as it decides what they find. */
export interface Reader {
  /** The filter of the grant in force: whatever does not fit it is as if it were not there. Absent: no limit. */
  grant?: Filter | undefined;
  /** What `@me` means; absent: nothing. */
  me?: string | undefined;
}

export interface EventPage {
  entries: StoredEntry[];
  /** The cursors of the pages around it; null where there is none. */
  next: string | null;
  previous: string | null;
  behind: number;
  /** How many events there are on all pages, where it was asked for. */
  total?: Total;
}

export interface EventReaderParts {
  store: EventStore;
  progress: Progress;
  maxWaitMs: number;
  cursorSecret: Uint8Array;
  /** How sealed fields are searched; absent: nothing is sealed. */
  sealing?: SealingOf;
  /** Milliseconds since 1970; absent: words about time are not understood. */
  nowMs?: () => number;
}

/** Reads of one tenant's events. */
export class EventReader {
  readonly #store: EventStore;
  readonly #progress: Progress;
  readonly #maxWaitMs: number;
  readonly #cursorSecret: Uint8Array;
  readonly #sealing: SealingOf;
  readonly #nowMs: (() => number) | undefined;

  constructor(parts: EventReaderParts) {
    this.#store = parts.store;
    this.#progress = parts.progress;
    this.#maxWaitMs = parts.maxWaitMs;
    this.#cursorSecret = parts.cursorSecret;
    this.#sealing = parts.sealing ?? (() => NOTHING_SEALED);
    this.#nowMs = parts.nowMs;
  }

  /**
   * A page. The pages that its cursors lead to hold what there was at the first page, and nothing that came later, so
   * that all of them together are what one page without a limit would have been; and words about time mean in them what
   * they meant then.
   *
   * @throws Problem `query-invalid`, `filter-invalid`, `cursor-invalid`; `sealed-field` and `grant-unanswerable` for
   * what cannot be asked of sealed fields
   */
  async page(
    tenant: string,
    query: EventQuery,
    { grant = EVERYTHING, me }: Reader = {},
    options?: ReadOptions,
  ): Promise<EventPage> {
    const asked = filterOf(query, me);
    const { order = 'newest', limit } = query;
    const scope = scopeOf(tenant, query, asked, grant);
    const place = query.cursor === undefined ? undefined : decodeCursor(query.cursor, scope, this.#cursorSecret);
    const askedAtMs = place?.askedAtMs ?? this.#nowMs?.() ?? 0;
    const range = readTimeRange(query, this.#nowMs && { nowMs: askedAtMs, timeZone: query.timeZone ?? 'UTC' });
    const horizon = await readBarrier(this.#progress, this.#maxWaitMs);
    const before = Math.min(place?.before ?? horizon.before, horizon.before);
    const filter = await resolveFilters(tenant, { grant, asked }, this.#sealing);
    const selection: EventSelection = { tenant, before, ...range, filter };
    const step = { order, limit, place: place && { toward: place.toward, key: place } };
    const { entries, nextKey, previousKey } = await walkPage(this.#store, selection, step, options);
    const cursorOf = (toward: CursorPlace['toward'], key: EntryPlace | undefined) =>
      key === undefined ? null : encodeCursor({ ...key, toward, before, askedAtMs }, scope, this.#cursorSecret);
    const page = {
      entries,
      next: cursorOf('next', nextKey),
      previous: cursorOf('previous', previousKey),
      behind: horizon.behind,
    };
    if (query.total === undefined) return page;
    // All that there is was just read.
    const isWhole = page.next === null && page.previous === null;
    const whole: Total = { value: entries.length, relation: 'exact' };
    return { ...page, total: isWhole ? whole : await countTotal(this.#store, selection, query.total, options) };
  }

  /** The leaf index of each id that is sealed; at most 1,000 ids. */
  async indexesOf(tenant: string, ids: readonly string[]): Promise<Map<string, number>> {
    const keys = ids.map((id) => ({ id }));
    const found = await from('store', this.#store.findByKeys(tenant, keys, this.#progress.sealedBefore));
    const indexes = new Map<string, number>();
    for (const entry of found) {
      const { id } = parsedEntry(entry) as { id: string };
      indexes.set(id, Math.min(entry.index, indexes.get(id) ?? entry.index));
    }
    return indexes;
  }

  /**
   * @throws Problem `event-unknown`, also for an event outside the grant in force; `grant-unanswerable` when it asks of
   * sealed fields what cannot be answered
   */
  async get(
    tenant: string,
    id: string,
    { grant = EVERYTHING }: Reader = {},
    options?: ReadOptions,
  ): Promise<StoredEntry> {
    const horizon = await readBarrier(this.#progress, this.#maxWaitMs);
    if (id.includes('\0')) throw new Problem('event-unknown');
    const found = await from('store', this.#store.findById(tenant, id, horizon.before, options));
    const fits = compileFilter(await resolveFilters(tenant, { grant, asked: EVERYTHING }, this.#sealing));
    if (found === undefined || !fits(parsedEntry(found), found.sealed)) throw new Problem('event-unknown');
    return found;
  }
}

/**
 * All that decides which events a query's pages hold. What was asked, not what it comes to: that changes with the
 * tenant's policy and with the time, and goes on with the same pages.
 */
function scopeOf(
  tenant: string,
  { from: begin, to, timeZone, order }: EventQuery,
  asked: Filter,
  grant: Filter,
): string {
  return JSON.stringify([tenant, begin, to, timeZone, order ?? 'newest', printFilter(asked), printFilter(grant)]);
}
