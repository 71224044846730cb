import type { Filter } from '@attestlog/event';
import { asProblem, from } from '../failures.js';
import type { EntryPlace, EventSelection } from '../ports/event-selection.js';
import { positionAfter, sequenceOf } from '../ports/position.js';
import type { ReadOptions } from '../ports/read-options.js';
import type { LineForm, ScanQuery } from '../ports/scan.js';
import type { EventStore, Position, StoredEntry } from '../ports/store.js';
import type { Progress } from '../sequencer/progress.js';
import { readBarrier } from '../sequencer/read-barrier.js';
import type { Reader } from './event-reader.js';
import { resolveFilters, type SealingOf } from './resolve-filters.js';

const EVERYTHING: Filter = { op: 'always' };

/** Which of a tenant's events are gone through. */
export interface ScannedEvents {
  /** Absent: all that the reader may see. */
  filter?: Filter | undefined;
  /** Event times in nanoseconds since the epoch, both inclusive. */
  fromNs?: bigint | undefined;
  toNs?: bigint | undefined;
  /** Only entries with a smaller position; absent: all that was acknowledged before the call. */
  before?: Position | undefined;
  /** Where an earlier scan with the same `before` got to. */
  after?: EntryPlace | undefined;
}

export interface EventScanParts {
  store: Pick<EventStore, 'scan' | 'lines' | 'count'>;
  progress: Progress;
  /** How long a scan waits for the writes before it. */
  maxWaitMs: number;
  sealing: SealingOf;
}

/** Goes through all of one tenant's events that a reader may see, oldest event time first, however many they are. */
export class EventScan {
  readonly #parts: EventScanParts;

  constructor(parts: EventScanParts) {
    this.#parts = parts;
  }

  /** The position below which everything that was acknowledged before the call is, sealed or not: see {@link reached}. */
  acknowledged(): Position {
    return positionAfter(this.#parts.progress.acknowledgedThrough);
  }

  /** Resolves when all entries below a position of {@link acknowledged} can be read, or the signal is aborted. */
  async reached(before: Position, signal: AbortSignal): Promise<void> {
    await this.#parts.progress.waitFor(sequenceOf(before) - 1, signal);
  }

  /** The position below which everything that was acknowledged before the call is, as far as it is sealed by then. */
  async horizon(): Promise<Position> {
    return (await readBarrier(this.#parts.progress, this.#parts.maxWaitMs)).before;
  }

  /**
   * Batches of entries, in memory that does not grow with their number. Nothing is recorded here: that is for whoever
   * hands them out.
   *
   * @throws Problem `sealed-field`, `grant-unanswerable`; `store-unavailable`, and others as the store fails
   */
  async *entries(
    tenant: string,
    events: ScannedEvents,
    reader: Reader = {},
    options: ReadOptions = {},
  ): AsyncGenerator<StoredEntry[]> {
    const query = await this.#query(tenant, events, reader);
    try {
      yield* this.#parts.store.scan(query, options);
    } catch (error) {
      throw asProblem(error, 'store');
    }
  }

  /**
   * The same events as the lines that the store frames: see `EntryScan.lines`.
   * @throws Problem as {@link entries} does
   */
  async *lines(
    tenant: string,
    events: ScannedEvents,
    reader: Reader,
    { form, ...options }: ReadOptions & { form: LineForm },
  ): AsyncGenerator<Uint8Array> {
    const query = await this.#query(tenant, events, reader);
    try {
      yield* this.#parts.store.lines(query, form, options);
    } catch (error) {
      throw asProblem(error, 'store');
    }
  }

  /**
   * How many events the scan would go through, up to `atMost`.
   * @throws Problem as {@link entries} does
   */
  async count(
    tenant: string,
    events: Omit<ScannedEvents, 'after'>,
    reader: Reader,
    atMost: number,
    options: ReadOptions = {},
  ): Promise<number> {
    const selection = await this.#selection(tenant, events, reader);
    return from('store', this.#parts.store.count({ ...selection, atMost }, options));
  }

  async #query(tenant: string, events: ScannedEvents, reader: Reader): Promise<ScanQuery> {
    const selection = await this.#selection(tenant, events, reader);
    const { after } = events;
    return after === undefined ? selection : { ...selection, after };
  }

  async #selection(
    tenant: string,
    { filter: asked = EVERYTHING, fromNs, toNs, before }: ScannedEvents,
    { grant = EVERYTHING }: Reader,
  ): Promise<EventSelection> {
    const horizon = before ?? (await this.horizon());
    return {
      tenant,
      before: horizon,
      filter: await resolveFilters(tenant, { grant, asked }, this.#parts.sealing),
      ...(fromNs === undefined ? {} : { fromNs }),
      ...(toNs === undefined ? {} : { toNs }),
    };
  }
}
