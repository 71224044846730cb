import type { Filter } from '@attestlog/event';
import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { sequenceOf } from '../ports/position.js';
import type { EventStore, Position } from '../ports/store.js';
import type { SealingOf } from '../query/resolve-filters.js';
import { Pace } from '../sequencer/pace.js';
import type { PlacedBatch } from '../sequencer/sequencer.js';
import { AcknowledgedTimes } from './acknowledged-times.js';
import { ReadPlaces } from './read-places.js';
import { RecentEntries } from './recent-entries.js';
import { endOf, runsOf } from './sealed-run.js';
import { startIndexOf } from './start-index.js';
import { StreamPlaces } from './stream-places.js';
import { type LiveBatch, Subscriber, type SubscriberBounds } from './subscriber.js';
import { TenantFeed } from './tenant-feed.js';
import { WaitingRoom } from './waiting-room.js';
import { Waits } from './waits.js';

export interface LiveLimits extends SubscriberBounds {
  maxStreams: number;
  maxStreamsPerTenant: number;
  /** What waits for all subscribers together. */
  maxAllWaitingBytes: number;
  /** What is remembered of what was sealed last. */
  maxRecentBytes: number;
  /** Reads of the store at once, for those who have stayed behind. */
  maxStoreReads: number;
  /** Entries that are given out in one step, and read from the store at once. */
  pageEntries: number;
  /** How long it keeps the event loop to itself. */
  maxTurnMs: number;
}

export const LIVE_LIMITS: LiveLimits = {
  maxStreams: 10_000,
  maxStreamsPerTenant: 2500,
  maxWaitingEvents: 256,
  maxWaitingBytes: 262_144,
  maxAllWaitingBytes: 67_108_864,
  maxRecentBytes: 33_554_432,
  maxStoreReads: 2,
  pageEntries: 256,
  maxTurnMs: 4,
};

/** From the begin of a batch to that of the next one, at least, while somebody watches: each costs the store something. */
export const LIVE_BATCH_INTERVAL_MS = 100;

const PAUSE_MS = 500;

export interface LiveTailParts {
  store: Pick<EventStore, 'entries'>;
  clock: Clock;
  yieldToLoop: () => Promise<void>;
  /** How many entries of a tenant's log are committed. Fails with `registry-unavailable`. */
  headOf: (tenant: string) => Promise<number>;
  /** Waits, a bounded time, until what was acknowledged before is committed; tells whether all of it is. */
  settled: () => Promise<boolean>;
  sealing: SealingOf;
  limits?: Partial<LiveLimits>;
  onTrouble: (error: unknown) => void;
}

/** What somebody wants to follow. */
export interface FollowRequest {
  tenant: string;
  asked: Filter;
  /** The filter of the grant in force. */
  grant: Filter;
  /**
   * Index of the first entry; or one before everything that was received since a time, in nanoseconds since the epoch.
   * Absent: what is sealed from now on.
   */
  start?: { index: number } | { sinceNs: bigint };
  /** Whether it goes on with what is sealed later. */
  follow: boolean;
}

/** A tenant's log, as one follows it. */
export interface Following {
  /** The index at which it begins. */
  readonly start: number;
  /** The index from which on events come that were not there when it began. */
  readonly liveFrom: number;
  /**
   * What comes next, in the order of the log, each entry once; nothing when nothing has come for so long. Nothing is read
   * ahead beyond a bound: whoever does not read stays behind at their place in the log. One read at a time.
   * @throws Problem when it was ended
   */
  read(maxWaitMs: number): Promise<LiveBatch>;
  /** Another grant is in force for what was not given out yet. */
  changeGrant(grant: Filter): Promise<void>;
  /** Ends it for its reader, at once. */
  end(problem: Problem): void;
  /** Gives its place back. */
  close(): void;
}

/**
 * The live tail: the tenants' logs, followed by many, each from a place of their own. Batches come in by
 * {@link publish}, as soon as nothing can change them any more, and are kept for a while; whoever stays behind reads the
 * store, as far as {@link commit} says. So nothing is kept for anybody but
 * their place in the log and a little that waits to be read, and a stream that broke goes on at its place without a
 * gap or a repeat, here or in another process.
 */
export class LiveTail {
  readonly #parts: LiveTailParts;
  readonly #limits: LiveLimits;
  readonly #feeds = new Map<string, { feed: TenantFeed; users: number }>();
  readonly #acknowledged = new AcknowledgedTimes();
  readonly #recent: RecentEntries;
  readonly #room: WaitingRoom;
  readonly #places: StreamPlaces;
  readonly #readPlaces: ReadPlaces;
  readonly #pace: Pace;
  readonly #waits: Waits;

  constructor(parts: LiveTailParts) {
    this.#parts = parts;
    this.#limits = { ...LIVE_LIMITS, ...parts.limits };
    this.#recent = new RecentEntries(this.#limits.maxRecentBytes);
    this.#room = new WaitingRoom(this.#limits.maxAllWaitingBytes);
    this.#places = new StreamPlaces(this.#limits);
    this.#readPlaces = new ReadPlaces(this.#limits.maxStoreReads);
    this.#waits = new Waits(parts.clock);
    this.#pace = new Pace(parts.clock, parts.yieldToLoop, this.#limits.maxTurnMs);
  }

  /** Whether anybody follows anything: then sealing should not wait long. */
  get isWatched(): boolean {
    return this.#feeds.size > 0;
  }

  /** For metrics. */
  get counts(): { streams: number; waitingBytes: number; recentBytes: number } {
    return { streams: this.#places.taken, waitingBytes: this.#room.bytes, recentBytes: this.#recent.bytes };
  }

  /** Called when a chunk of the journal is acknowledged. */
  acknowledge(sequence: number): void {
    this.#acknowledged.note(sequence, this.#parts.clock.monotonicMs());
  }

  /** How many milliseconds ago an event was acknowledged; undefined where that is not known. */
  sinceAcknowledgedMs(position: Position): number | undefined {
    const acknowledgedMs = this.#acknowledged.of(sequenceOf(position));
    return acknowledgedMs === undefined ? undefined : this.#parts.clock.monotonicMs() - acknowledgedMs;
  }

  /**
   * Called with events that have got their places in the logs for good, before they are in the store. Copies what is
   * watched, and never throws: what fails here comes from the store, after its commit.
   */
  publish(batch: PlacedBatch): void {
    try {
      for (const run of runsOf(batch, (tenant) => this.#feeds.has(tenant))) {
        this.#recent.add(run);
        this.#feeds.get(run.tenant)!.feed.extend(endOf(run));
      }
    } catch (error) {
      this.#parts.onTrouble(error);
    }
  }

  /** Called after each commit with how large the logs are that it made grow. Never throws. */
  commit(heads: ReadonlyMap<string, { size: number }>): void {
    for (const [tenant, { feed }] of this.#feeds) {
      const head = heads.get(tenant);
      if (head !== undefined) feed.grow(head.size);
    }
  }

  /** Called when something was sealed that was not published here: looks how far the logs have come. */
  catchUp(): void {
    for (const [tenant, { feed }] of this.#feeds) this.#lookAt(tenant, feed);
  }

  /**
   * Takes a place among those who follow.
   * @throws Problem `too-many-streams`; `log-range-invalid` for an index beyond the log; `sealed-field` and
   *   `grant-unanswerable`; `registry-unavailable`, `store-unavailable`
   */
  async follow(request: FollowRequest): Promise<Following> {
    const { tenant, asked, grant } = request;
    const leave = this.#places.take(tenant);
    const feed = this.#enter(tenant);
    const release = () => {
      leave();
      this.#leave(tenant);
    };
    try {
      // What ends has to have all that was acknowledged before it; what goes on gets it all the same.
      if (!request.follow) await this.#parts.settled();
      feed.grow(await this.#parts.headOf(tenant));
      const start = await this.#startOf(request, feed);
      const until = request.follow ? Number.POSITIVE_INFINITY : Math.max(start, feed.storedSize);
      const subscriber = new Subscriber(
        { tenant, wish: { asked, grant }, from: start, until },
        { bounds: this.#limits, room: this.#room, waits: this.#waits },
      );
      const liveFrom = feed.size;
      await feed.add(subscriber);
      return this.#following(subscriber, feed, { start, liveFrom }, grant, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Never rejects. Goes on until it knows: perhaps nothing more is sealed that would tell. */
  async #lookAt(tenant: string, feed: TenantFeed): Promise<void> {
    while (this.#feeds.get(tenant)?.feed === feed) {
      try {
        feed.grow(await this.#parts.headOf(tenant));
        return;
      } catch (error) {
        this.#parts.onTrouble(error);
        await this.#parts.clock.sleep(PAUSE_MS);
      }
    }
  }

  #following(
    subscriber: Subscriber,
    feed: TenantFeed,
    places: Pick<Following, 'start' | 'liveFrom'>,
    firstGrant: Filter,
    release: () => void,
  ): Following {
    let grant = firstGrant;
    let isOpen = true;
    return {
      ...places,
      read: async (maxWaitMs) => {
        const batch = await subscriber.read(maxWaitMs);
        feed.wake(subscriber);
        return batch;
      },
      changeGrant: async (changed) => {
        if (changed === grant) return;
        grant = changed;
        await feed.change(subscriber, { ...subscriber.wish, grant: changed });
      },
      end: (problem) => subscriber.end(problem),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        subscriber.end(new Problem('shutting-down'));
        feed.remove(subscriber);
        release();
      },
    };
  }

  /** @throws Problem `log-range-invalid` */
  async #startOf({ tenant, start }: FollowRequest, feed: TenantFeed): Promise<number> {
    if (start === undefined) return feed.size;
    const { store, settled, headOf } = this.#parts;
    if ('sinceNs' in start) return from('store', startIndexOf(store, tenant, feed.storedSize, start.sinceNs));
    if (start.index <= feed.size) return start.index;
    // Events are given out before they are committed, and whoever got them may come back to a server that was killed.
    const isSettled = await settled();
    feed.grow(await headOf(tenant));
    const { size } = feed;
    if (start.index <= size || !isSettled) return start.index;
    throw new Problem('log-range-invalid', {
      detail: `The log has ${size} entries, so ${start.index} is beyond its end.`,
    });
  }

  #enter(tenant: string): TenantFeed {
    let known = this.#feeds.get(tenant);
    if (known === undefined) {
      const parts = { ...this.#parts, recent: this.#recent, readPlaces: this.#readPlaces, pace: this.#pace };
      known = { feed: new TenantFeed(tenant, { ...parts, pageEntries: this.#limits.pageEntries }), users: 0 };
      this.#feeds.set(tenant, known);
    }
    known.users += 1;
    return known.feed;
  }

  #leave(tenant: string): void {
    const known = this.#feeds.get(tenant)!;
    known.users -= 1;
    if (known.users > 0) return;
    this.#feeds.delete(tenant);
    this.#recent.forget(tenant);
  }
}
