import type { Filter } from '@attestlog/event';
import type { Problem } from '../errors.js';
import { bytesOf, type LiveEntry } from './live-entry.js';
import type { WaitingRoom } from './waiting-room.js';
import type { Waits } from './waits.js';

export interface SubscriberBounds {
  /** What may wait for one subscriber to read on. */
  maxWaitingEvents: number;
  maxWaitingBytes: number;
}

/** What a subscriber asks for, and what its grant gives it. */
export interface Wish {
  asked: Filter;
  grant: Filter;
}

/** What a subscriber is given to read. */
export interface LiveBatch {
  entries: readonly LiveEntry[];
  /** Where to begin again after these: everything before it was given out or does not fit. */
  next: number;
  /** Whether there is nothing more to come. */
  isLast: boolean;
}

/**
 * One who follows a tenant's log: a place in it, a filter, and a little that waits to be read. When that is full, the
 * subscriber is left behind at its place, and goes on from there when it has read.
 */
export class Subscriber {
  readonly tenant: string;
  wish: Wish;
  /** Everything before it that fits is given out or waits here. */
  next: number;
  /** The page of the log that it is being given, so that no other is at the same time. */
  page: object | undefined;
  /** The index before which its stream ends; Infinity: it goes on. */
  readonly #until: number;
  readonly #bounds: SubscriberBounds;
  readonly #room: WaitingRoom;
  readonly #waits: Waits;
  #waiting: LiveEntry[] = [];
  #bytes = 0;
  #ended: Problem | undefined;
  #wake: (() => void) | undefined;

  constructor(
    { tenant, wish, from, until }: { tenant: string; wish: Wish; from: number; until: number },
    { bounds, room, waits }: { bounds: SubscriberBounds; room: WaitingRoom; waits: Waits },
  ) {
    this.tenant = tenant;
    this.wish = wish;
    this.next = from;
    this.#until = until;
    this.#bounds = bounds;
    this.#room = room;
    this.#waits = waits;
  }

  /** Whether it takes an entry now. */
  get hasRoom(): boolean {
    if (this.#ended !== undefined || this.#isDone) return false;
    if (this.#waiting.length === 0) return true;
    const { maxWaitingEvents, maxWaitingBytes } = this.#bounds;
    return this.#waiting.length < maxWaitingEvents && this.#bytes < maxWaitingBytes && this.#room.hasRoom;
  }

  /** Gives it an entry that fits; false: not now. */
  offer(entry: LiveEntry): boolean {
    if (!this.hasRoom) return false;
    // Beyond its end: there is nothing more to wait for.
    if (entry.index >= this.#until) return false;
    this.#waiting.push(entry);
    const bytes = bytesOf(entry);
    this.#bytes += bytes;
    this.#room.take(bytes);
    this.next = entry.index + 1;
    this.#wake?.();
    return true;
  }

  /** Everything before this index was looked at, and what fits offered. */
  advance(index: number): void {
    this.next = Math.max(this.next, index);
    if (this.#isDone) this.#wake?.();
  }

  /**
   * What waits; where nothing does, what comes first, or nothing after so long. One read at a time.
   * @throws Problem with which it was ended; what waited is gone then
   */
  async read(maxWaitMs: number): Promise<LiveBatch> {
    const hasNews = this.#waiting.length > 0 || this.#isDone || this.#ended !== undefined;
    if (!hasNews && maxWaitMs > 0) await this.#awaken(maxWaitMs);
    if (this.#ended !== undefined) throw this.#ended;
    const entries = this.#empty();
    return { entries, next: this.next, isLast: this.#isDone };
  }

  /** Ends it: its reader is told this, at once. */
  end(problem: Problem): void {
    this.#ended ??= problem;
    this.#empty();
    this.#wake?.();
  }

  get #isDone(): boolean {
    return this.next >= this.#until;
  }

  async #awaken(maxWaitMs: number): Promise<void> {
    await this.#waits.wait(maxWaitMs, (wake) => {
      this.#wake = wake;
    });
    this.#wake = undefined;
  }

  #empty(): LiveEntry[] {
    const entries = this.#waiting;
    this.#waiting = [];
    this.#room.giveBack(this.#bytes);
    this.#bytes = 0;
    return entries;
  }
}
