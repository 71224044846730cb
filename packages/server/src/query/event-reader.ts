import { compileFilter, type Filter, isMoment, parseTime, printFilter } from '@attestlog/event';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { EventStore, PageQuery, StoredEntry } from '../ports/store.js';
import { NOTHING_SEALED } from '../privacy/searching/searched-sealing.js';
import type { Progress } from '../sequencer/progress.js';
import { readBarrier } from '../sequencer/read-barrier.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { type FilterParameters, filterOf } from './event-filter.js';
import { resolveFilters, type SealingOf } from './resolve-filters.js';

const EVERYTHING: Filter = { op: 'always' };

export interface EventQuery extends FilterParameters {
  /** RFC 3339 times, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
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
  next: string | null;
  behind: number;
}

export interface EventReaderParts {
  store: EventStore;
  progress: Progress;
  maxWaitMs: number;
  cursorSecret: Uint8Array;
  /** How sealed fields are searched; absent: nothing is sealed. */
  sealing?: SealingOf;
}

/** Reads of one tenant's events. */
export class EventReader {
  readonly #store: EventStore;
  readonly #progress: Progress;
  readonly #maxWaitMs: number;
  readonly #cursorSecret: Uint8Array;
  readonly #sealing: SealingOf;

  constructor(parts: EventReaderParts) {
    this.#store = parts.store;
    this.#progress = parts.progress;
    this.#maxWaitMs = parts.maxWaitMs;
    this.#cursorSecret = parts.cursorSecret;
    this.#sealing = parts.sealing ?? (() => NOTHING_SEALED);
  }

  /**
   * A page, newest event time first.
   *
   * @throws Problem `query-invalid`, `filter-invalid`, `cursor-invalid`; `sealed-field` and `grant-unanswerable` for
   * what cannot be asked of sealed fields
   */
  async page(tenant: string, query: EventQuery, { grant = EVERYTHING, me }: Reader = {}): Promise<EventPage> {
    const asked = filterOf(query, me);
    // What was asked, not what it comes to: that changes with the tenant's policy, and goes on with the same pages.
    const scope = JSON.stringify([tenant, query.from, query.to, printFilter(asked), printFilter(grant)]);
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, scope, this.#cursorSecret);
    const horizon = await readBarrier(this.#progress, this.#maxWaitMs);
    const filter = await resolveFilters(tenant, { grant, asked }, this.#sealing);
    const pageQuery: PageQuery = { tenant, before: horizon.before, filter, limit: query.limit + 1 };
    if (query.from !== undefined) pageQuery.fromNs = momentOf(query.from, 'from');
    if (query.to !== undefined) pageQuery.toNs = momentOf(query.to, 'to');
    if (after !== undefined) pageQuery.after = after;
    const found = await from('store', this.#store.page(pageQuery));
    const entries = found.slice(0, query.limit);
    const last = entries.at(-1);
    const more = found.length > query.limit && last !== undefined;
    const next = more ? encodeCursor({ timeNs: timeOf(last), index: last.index }, scope, this.#cursorSecret) : null;
    return { entries, next, behind: horizon.behind };
  }

  /** The leaf index of each id that is sealed; at most 1,000 ids. */
  async indexesOf(tenant: string, ids: readonly string[]): Promise<Map<string, number>> {
    const keys = ids.map((id) => ({ id }));
    const found = await from('store', this.#store.findByKeys(tenant, keys, this.#progress.sealedBefore));
    const indexes = new Map<string, number>();
    for (const entry of found) {
      const { id } = parsed(entry) as { id: string };
      indexes.set(id, Math.min(entry.index, indexes.get(id) ?? entry.index));
    }
    return indexes;
  }

  /**
   * @throws Problem `event-unknown`, also for an event outside the grant in force; `grant-unanswerable` when it asks of
   * sealed fields what cannot be answered
   */
  async get(tenant: string, id: string, { grant = EVERYTHING }: Reader = {}): Promise<StoredEntry> {
    const horizon = await readBarrier(this.#progress, this.#maxWaitMs);
    if (id.includes('\0')) throw new Problem('event-unknown');
    const found = await from('store', this.#store.findById(tenant, id, horizon.before));
    const fits = compileFilter(await resolveFilters(tenant, { grant, asked: EVERYTHING }, this.#sealing));
    if (found === undefined || !fits(parsed(found), found.sealed)) throw new Problem('event-unknown');
    return found;
  }
}

function momentOf(text: string, parameter: string): bigint {
  const moment = parseTime(text);
  if (isMoment(moment)) return moment.ns;
  throw new Problem('query-invalid', {
    detail: `"${parameter}" must be an RFC 3339 time such as 2025-10-06T12:54:12Z: ${moment.message}`,
  });
}

function timeOf(entry: StoredEntry): bigint {
  return momentOf((parsed(entry) as { time: string }).time, 'time');
}

function parsed({ entry }: StoredEntry): unknown {
  return JSON.parse(Buffer.from(entry).toString('utf8'));
}
