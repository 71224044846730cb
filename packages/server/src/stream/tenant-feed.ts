import { compileFilter, type Filter, FilterIndex, type FilterPredicate } from '@attestlog/event';
import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { EventStore, StoredEntry } from '../ports/store.js';
import { asksOfSealable } from '../privacy/searching/asks-of-sealable.js';
import { NOTHING_SEALED, type SearchedSealing } from '../privacy/searching/searched-sealing.js';
import { resolveFilters, type SealingOf } from '../query/resolve-filters.js';
import type { Pace } from '../sequencer/pace.js';
import { liveEntry } from './live-entry.js';
import type { ReadPlaces } from './read-places.js';
import type { RecentEntries } from './recent-entries.js';
import type { Subscriber, Wish } from './subscriber.js';

export interface FeedParts {
  store: Pick<EventStore, 'entries'>;
  recent: RecentEntries;
  /** Bounds reads of the store by all feeds together. */
  readPlaces: ReadPlaces;
  sealing: SealingOf;
  /** Entries that are given out in one step. */
  pageEntries: number;
  pace: Pace;
  clock: Clock;
  onTrouble: (error: unknown) => void;
}

/** From where a page is read: what was sealed just now, or the store, for those who have stayed behind. */
type Lane = 'recent' | 'store';

/** A part of the log: the entries with indexes in [from, to) that are still there. */
interface Page {
  from: number;
  to: number;
  entries: readonly StoredEntry[];
}

/** Up to so many subscribers, each filter is evaluated; for more, those of all are looked up at once. */
const FEW = 4;
const PAUSE_MS = 500;

/**
 * One tenant's log, given to all who follow it, page by page: a page goes to all whose place is in it at once, so that
 * its entries are read once, however many they are. A subscriber is in one page at a time, so it is given each entry
 * once, in the order of the log.
 */
export class TenantFeed {
  readonly #tenant: string;
  readonly #parts: FeedParts;
  /** The one that was served first the longest ago comes first. */
  readonly #subscribers = new Map<Subscriber, FilterPredicate>();
  readonly #index = new FilterIndex<Subscriber>();
  /** Those who ask of fields that can be sealed. */
  readonly #askers = new Set<Subscriber>();
  readonly #busy = new Set<Lane>();
  #sealing: SearchedSealing = NOTHING_SEALED;
  /** Entries whose place in the log is known. */
  #size = 0;
  /** Those of them that are committed: only they are in the store. */
  #storedSize = 0;

  constructor(tenant: string, parts: FeedParts) {
    this.#tenant = tenant;
    this.#parts = parts;
  }

  /** How many entries of the log there are, those included that are not in the store yet. */
  get size(): number {
    return this.#size;
  }

  /** How many entries of the log are known to be committed. */
  get storedSize(): number {
    return this.#storedSize;
  }

  /** The log is going to have so many entries; those that are not committed can be read from memory only. */
  extend(size: number): void {
    if (size <= this.#size) return;
    this.#size = size;
    this.#run('recent');
  }

  /** So many entries of the log are committed, or were seen to be. */
  grow(size: number): void {
    if (size <= this.#storedSize) return;
    this.#storedSize = size;
    this.#size = Math.max(this.#size, size);
    this.#run('recent');
    this.#run('store');
  }

  /** @throws Problem `sealed-field`, `grant-unanswerable` for what cannot be asked of sealed fields */
  async add(subscriber: Subscriber): Promise<void> {
    this.#enter(subscriber, await this.#resolve(subscriber.wish));
    this.wake(subscriber);
  }

  /** Gives a subscriber another wish, from the entries on that it was not given yet. */
  async change(subscriber: Subscriber, wish: Wish): Promise<void> {
    const filter = await this.#resolve(wish);
    subscriber.wish = wish;
    if (this.#subscribers.has(subscriber)) this.#enter(subscriber, filter);
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.#askers.delete(subscriber);
    this.#index.delete(subscriber);
  }

  /** Goes on with a subscriber that has room now. */
  wake(subscriber: Subscriber): void {
    if (!this.#isBehind(subscriber)) return;
    const lane = this.#laneOf(subscriber);
    if (lane !== undefined) this.#run(lane);
  }

  #enter(subscriber: Subscriber, filter: Filter): void {
    this.#subscribers.set(subscriber, compileFilter(filter));
    this.#index.set(subscriber, filter);
    const { asked, grant } = subscriber.wish;
    if (asksOfSealable(asked) || asksOfSealable(grant)) this.#askers.add(subscriber);
    else this.#askers.delete(subscriber);
  }

  #run(lane: Lane): void {
    if (this.#busy.has(lane)) return;
    this.#busy.add(lane);
    // The last look and the end of this are one step, so nobody is missed between them.
    this.#serveAll(lane);
  }

  /** Never rejects. */
  async #serveAll(lane: Lane): Promise<void> {
    for (let first = this.#pick(lane); first !== undefined; first = this.#pick(lane)) {
      try {
        await this.#serve(first, lane);
      } catch (error) {
        this.#parts.onTrouble(error);
        await this.#parts.clock.sleep(PAUSE_MS);
      }
    }
    this.#busy.delete(lane);
  }

  #pick(lane: Lane): Subscriber | undefined {
    for (const subscriber of this.#subscribers.keys()) {
      if (this.#isBehind(subscriber) && this.#laneOf(subscriber) === lane) return subscriber;
    }
    return undefined;
  }

  /** Undefined: what it needs is not kept in memory, and not committed yet. */
  #laneOf({ next }: Subscriber): Lane | undefined {
    const { from, to } = this.#parts.recent.spanOf(this.#tenant);
    if (next >= from && next < to) return 'recent';
    return next < this.#storedSize ? 'store' : undefined;
  }

  #isBehind(subscriber: Subscriber): boolean {
    return subscriber.next < this.#size && subscriber.page === undefined && subscriber.hasRoom;
  }

  async #serve(first: Subscriber, lane: Lane): Promise<void> {
    const page = await this.#read(first.next, lane);
    await this.#renewSealing();
    const group = [...this.#subscribers.keys()].filter(
      (subscriber) => this.#isBehind(subscriber) && subscriber.next >= page.from && subscriber.next < page.to,
    );
    for (const subscriber of group) subscriber.page = page;
    if (lane === 'store') this.#putBack(group);
    try {
      await this.#give(page, group);
    } finally {
      for (const subscriber of group) if (subscriber.page === page) subscriber.page = undefined;
    }
  }

  /** The next time, others come first. */
  #putBack(group: readonly Subscriber[]): void {
    for (const subscriber of group) {
      const fits = this.#subscribers.get(subscriber)!;
      this.#subscribers.delete(subscriber);
      this.#subscribers.set(subscriber, fits);
    }
  }

  async #read(from: number, lane: Lane): Promise<Page> {
    const { store, recent, readPlaces, pageEntries } = this.#parts;
    if (lane === 'recent') {
      const entries = recent.read(this.#tenant, from, Math.min(pageEntries, this.#size - from));
      return { from, to: from + entries.length, entries };
    }
    const to = Math.min(from + pageEntries, this.#storedSize);
    return readPlaces.use(async () => ({ from, to, entries: await store.entries(this.#tenant, from, to) }));
  }

  async #give(page: Page, group: readonly Subscriber[]): Promise<void> {
    const { pace } = this.#parts;
    let served = group.length;
    for (const stored of page.entries) {
      if (pace.isOver) await pace.nextTurn();
      if (served === 0) return;
      const entry = liveEntry(stored);
      const offer = (subscriber: Subscriber) => {
        if (subscriber.page !== page || subscriber.next > entry.index || subscriber.offer(entry)) return;
        // It is full: it stays here, until it has read.
        subscriber.advance(entry.index);
        subscriber.page = undefined;
        served -= 1;
      };
      const event: unknown = JSON.parse(entry.text);
      if (group.length <= FEW) {
        for (const subscriber of group) if (this.#subscribers.get(subscriber)?.(event, entry.sealed)) offer(subscriber);
      } else {
        this.#index.forEachFitting(event, entry.sealed, (holders) => holders.forEach(offer));
      }
    }
    for (const subscriber of group) if (subscriber.page === page) subscriber.advance(page.to);
  }

  async #resolve(wish: Wish): Promise<Filter> {
    await this.#renewSealing(asksOfSealable(wish.asked) || asksOfSealable(wish.grant));
    return resolveFilters(this.#tenant, wish, () => this.#sealing);
  }

  /**
   * Looks how sealed fields are searched now, where anybody asks of one. After the page is known: the keys of its entries
   * were there before them.
   */
  async #renewSealing(isNeeded = this.#askers.size > 0): Promise<void> {
    if (!isNeeded) return;
    const sealing = await this.#parts.sealing(this.#tenant);
    if (sealing.plan === this.#sealing.plan && haveSameKey(sealing, this.#sealing)) return;
    this.#sealing = sealing;
    for (const subscriber of [...this.#askers]) {
      try {
        const filter = await resolveFilters(this.#tenant, subscriber.wish, () => sealing);
        if (this.#askers.has(subscriber)) this.#enter(subscriber, filter);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        subscriber.end(error);
      }
    }
  }
}

function haveSameKey(one: SearchedSealing, other: SearchedSealing): boolean {
  if (one.blindKey === undefined || other.blindKey === undefined) return one.blindKey === other.blindKey;
  return Buffer.compare(one.blindKey, other.blindKey) === 0;
}
