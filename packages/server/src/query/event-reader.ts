import { isMoment, parseTime } from '@attestlog/event';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { EventStore, PageQuery, StoredEntry } from '../ports/store.js';
import type { Progress } from '../sequencer/progress.js';
import { readBarrier } from '../sequencer/read-barrier.js';
import { decodeCursor, encodeCursor } from './cursor.js';

export interface EventQuery {
  /** RFC 3339 times, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

export interface EventPage {
  entries: StoredEntry[];
  next: string | null;
  behind: number;
}

/** Reads of one tenant's events. */
export class EventReader {
  readonly #store: EventStore;
  readonly #progress: Progress;
  readonly #maxWaitMs: number;

  constructor(parts: { store: EventStore; progress: Progress; maxWaitMs: number }) {
    this.#store = parts.store;
    this.#progress = parts.progress;
    this.#maxWaitMs = parts.maxWaitMs;
  }

  /** A page, newest event time first. */
  async page(tenant: string, query: EventQuery): Promise<EventPage> {
    const identity = JSON.stringify([tenant, query.from, query.to, query.actor, query.action]);
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, identity);
    const horizon = await readBarrier(this.#progress, this.#maxWaitMs);
    const pageQuery: PageQuery = { tenant, before: horizon.before, limit: query.limit + 1 };
    if (query.from !== undefined) pageQuery.fromNs = momentOf(query.from, 'from');
    if (query.to !== undefined) pageQuery.toNs = momentOf(query.to, 'to');
    if (query.actor !== undefined) pageQuery.actor = withoutNul(query.actor, 'actor');
    if (query.action !== undefined) pageQuery.action = withoutNul(query.action, 'action');
    if (after !== undefined) pageQuery.after = after;
    const found = await from('store', this.#store.page(pageQuery));
    const entries = found.slice(0, query.limit);
    const last = entries.at(-1);
    const more = found.length > query.limit && last !== undefined;
    const next = more ? encodeCursor({ timeNs: timeOf(last), index: last.index }, identity) : null;
    return { entries, next, behind: horizon.behind };
  }

  /** The leaf index of each id that is sealed; at most 1,000 ids. */
  async indexesOf(tenant: string, ids: readonly string[]): Promise<Map<string, number>> {
    const keys = ids.map((id) => ({ id }));
    const found = await from('store', this.#store.findByKeys(tenant, keys, this.#progress.sealedBefore));
    const indexes = new Map<string, number>();
    for (const { index, entry } of found) {
      const { id } = JSON.parse(Buffer.from(entry).toString('utf8')) as { id: string };
      indexes.set(id, Math.min(index, indexes.get(id) ?? index));
    }
    return indexes;
  }

  /** @throws Problem `event-unknown` */
  async get(tenant: string, id: string): Promise<StoredEntry> {
    const horizon = await readBarrier(this.#progress, this.#maxWaitMs);
    if (id.includes('\0')) throw new Problem('event-unknown');
    const found = await from('store', this.#store.findById(tenant, id, horizon.before));
    if (found === undefined) throw new Problem('event-unknown');
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

function withoutNul(text: string, parameter: string): string {
  if (!text.includes('\0')) return text;
  throw new Problem('query-invalid', { detail: `"${parameter}" holds a NUL character` });
}

function timeOf(entry: StoredEntry): bigint {
  const { time } = JSON.parse(Buffer.from(entry.entry).toString('utf8')) as { time: string };
  return momentOf(time, 'time');
}
