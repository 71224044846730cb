import { type Filter, formatNs } from '@attestlog/event';
import { from } from '../../failures.js';
import type { Aggregate, Aggregation } from '../../ports/aggregation.js';
import type { EntryOrder, EventSelection } from '../../ports/event-selection.js';
import type { ReadOptions } from '../../ports/read-options.js';
import type { EventStore } from '../../ports/store.js';
import { NOTHING_SEALED } from '../../privacy/searching/searched-sealing.js';
import type { Progress } from '../../sequencer/progress.js';
import { readBarrier } from '../../sequencer/read-barrier.js';
import type { TimeRange } from '../asked-time.js';
import { placeOf } from '../entry-place.js';
import type { Reader } from '../event-reader.js';
import { resolveFilters, type SealingOf } from '../resolve-filters.js';
import * as bounds from './aggregate-bounds.js';
import type { AggregateQuery, AggregateResult } from './aggregate-query.js';
import { bucketLengths, bucketStarts } from './bucket-starts.js';
import { mayBeSealed, requireCountable, requireUnsealed, usedFields } from './countable-fields.js';
import { invalid, type ReadQuery, readAggregateQuery } from './read-aggregate-query.js';
import { shownRows } from './shown-rows.js';

const EVERYTHING: Filter = { op: 'always' };
const NS_PER_MS = 1_000_000n;
const NOTHING: Aggregate = { rows: [], truncated: false };

export interface AggregatorParts {
  store: Pick<EventStore, 'aggregate' | 'page'>;
  progress: Progress;
  /** How long a query waits for writes before it. */
  maxWaitMs: number;
  /** How sealed fields are searched; absent: nothing is sealed. */
  sealing?: SealingOf;
  /** Milliseconds since 1970. */
  nowMs: () => number;
}

/** Counts and other measures of one tenant's events, of those that the reader may see. */
export class Aggregator {
  readonly #parts: AggregatorParts;
  readonly #sealing: SealingOf;

  constructor(parts: AggregatorParts) {
    this.#parts = parts;
    this.#sealing = parts.sealing ?? (() => NOTHING_SEALED);
  }

  /**
   * @throws Problem `query-invalid`, `filter-invalid`; `sealed-field` also where the values of a sealed field would be
   * needed; `grant-unanswerable`
   */
  async run(
    tenant: string,
    query: AggregateQuery,
    reader: Reader = {},
    options?: ReadOptions,
  ): Promise<AggregateResult> {
    const read = readAggregateQuery(query, reader.me, this.#parts.nowMs());
    const horizon = await readBarrier(this.#parts.progress, this.#parts.maxWaitMs);
    const filter = await this.#filter(tenant, read, reader.grant ?? EVERYTHING);
    const selection = { tenant, before: horizon.before, filter };
    const range = query.every === undefined ? read : await this.#closedRange(selection, read, options);
    const starts = query.every === undefined ? undefined : startsOf(query.every, range, read.timeZone);
    const aggregation: Aggregation = {
      ...selection,
      // Not the end of the last event: nothing lies behind it, and an end within an hour would have that hour counted anew.
      ...boundsOf({ ...range, toNs: read.toNs }),
      groupBy: read.groupBy,
      ...(starts === undefined ? {} : { bucketStartsNs: starts.map((start) => BigInt(start) * NS_PER_MS) }),
      measures: read.measures,
      having: isOfBuckets(read, starts) ? [] : read.having,
      order: read.groupBy.length === 0 ? { descending: false } : read.order,
      limit: groupLimit(read, starts?.length),
    };
    // A range with nothing in it has no stretches of time.
    const isNothing = starts?.length === 0;
    const found = isNothing ? NOTHING : await from('store', this.#parts.store.aggregate(aggregation, options));
    const fill = query.fill === true;
    const { rows, truncated } = shownRows(found, { ...read, starts, fill });
    return { rows, truncated, from: textOf(range.fromNs), to: textOf(range.toNs), behind: horizon.behind };
  }

  /**
   * Times of the first and the last event; undefined: there is none. Quicker than measuring all of them.
   *
   * @throws Problem what {@link Aggregator.run} throws
   */
  async ends(
    tenant: string,
    query: AggregateQuery,
    reader: Reader = {},
    options?: ReadOptions,
  ): Promise<{ first: string; last: string } | undefined> {
    const read = readAggregateQuery(query, reader.me, this.#parts.nowMs());
    const { before } = await readBarrier(this.#parts.progress, this.#parts.maxWaitMs);
    const filter = await this.#filter(tenant, read, reader.grant ?? EVERYTHING);
    const selection = { tenant, before, filter, ...boundsOf(read) };
    const first = await this.#end(selection, 'oldest', options);
    const last = first === undefined ? undefined : await this.#end(selection, 'newest', options);
    return first === undefined || last === undefined ? undefined : { first: formatNs(first), last: formatNs(last) };
  }

  async #filter(tenant: string, { asked, groupBy, measures }: ReadQuery, grant: Filter): Promise<Filter> {
    const used = usedFields(groupBy, measures);
    requireCountable(used);
    if (mayBeSealed(used)) requireUnsealed(used, await this.#sealing(tenant));
    return resolveFilters(tenant, { grant, asked }, this.#sealing);
  }

  /** Both ends of the events that there are, where the query has none; without an event as it is. */
  async #closedRange(
    selection: EventSelection,
    range: TimeRange,
    options: ReadOptions | undefined,
  ): Promise<TimeRange> {
    const asked = { ...selection, ...boundsOf(range) };
    const first = range.fromNs ?? (await this.#end(asked, 'oldest', options));
    const last = first === undefined ? undefined : (range.toNs ?? (await this.#end(asked, 'newest', options)));
    return first === undefined || last === undefined ? {} : { fromNs: first, toNs: last };
  }

  /** The time of the first or the last event: the store is in the order of time, so it is found without looking at all. */
  async #end(
    selection: EventSelection,
    order: EntryOrder,
    options: ReadOptions | undefined,
  ): Promise<bigint | undefined> {
    const [entry] = await from('store', this.#parts.store.page({ ...selection, order, limit: 1 }, options));
    return entry && placeOf(entry).timeNs;
  }
}

type Ends = Pick<EventSelection, 'fromNs' | 'toNs'>;

function boundsOf({ fromNs, toNs }: { [End in keyof Ends]: bigint | undefined }): Ends {
  return { ...(fromNs === undefined ? {} : { fromNs }), ...(toNs === undefined ? {} : { toNs }) };
}

/** Whether stretches of time are themselves what is bounded, ordered and cut. */
function isOfBuckets({ groupBy }: ReadQuery, starts: readonly number[] | undefined): boolean {
  return groupBy.length === 0 && starts !== undefined;
}

function startsOf(every: string, { fromNs, toNs }: TimeRange, timeZone: string): number[] {
  if (!bucketLengths.includes(every)) throw invalid('bucket', `"every" is one of ${bucketLengths.join(', ')}.`);
  if (fromNs === undefined || toNs === undefined || fromNs > toNs) return [];
  const starts = bucketStarts(every, { fromNs, toNs, timeZone }, bounds.AGGREGATE_MAX_BUCKETS);
  if (starts !== undefined) return starts;
  throw invalid(
    'bucket',
    `this is more than ${bounds.AGGREGATE_MAX_BUCKETS} times "${every}": ask for longer ones, or for less time with "from" and "to".`,
  );
}

/** Each group comes with all of its stretches. */
function groupLimit({ limit }: ReadQuery, buckets: number | undefined): number {
  return Math.max(
    1,
    Math.min(limit, bounds.AGGREGATE_MAX_GROUPS, Math.floor(bounds.AGGREGATE_MAX_ROWS / Math.max(1, buckets ?? 1))),
  );
}

function textOf(ns: bigint | undefined): string | undefined {
  return ns === undefined ? undefined : formatNs(ns);
}
