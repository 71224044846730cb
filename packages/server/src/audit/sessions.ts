import type { Tally } from './audit-event.js';

export interface SessionLimits {
  /** Sessions at once; at the bound, the oldest one ends. */
  maxSessions: number;
  /** A session ends after this long without anything new, */
  idleNs: bigint;
  /** and after this long in any case. */
  maxNs: bigint;
}

interface Session<T> extends Tally {
  /** What began it. */
  first: T;
  /** Whether anything came after what began it. */
  grown: boolean;
}

/**
 * Sessions of the same thing happening again and again: the first is told apart, the others are counted.
 * Bounded in number, so that no flood of different things fills the memory.
 */
export class Sessions<T> {
  readonly #limits: SessionLimits;
  /** In the order of their beginning. */
  readonly #open = new Map<string, Session<T>>();

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Counts one, with so many events; true when a session of this key is open, so that the counting was all. */
  count(key: string, events: number, nowNs: bigint): boolean {
    const session = this.#open.get(key);
    if (session === undefined || this.#isOver(session, nowNs)) return false;
    session.count += 1;
    session.events += events;
    session.lastNs = nowNs;
    session.grown = true;
    return true;
  }

  /** Begins a session with what was not counted. What it displaces is returned, to be summed up. */
  begin(key: string, session: string, first: T, events: number, nowNs: bigint): (Tally & { first: T })[] {
    const ended = this.#take(key);
    if (this.#open.size >= this.#limits.maxSessions) {
      const oldest = this.#open.keys().next().value;
      if (oldest !== undefined) ended.push(...this.#take(oldest));
    }
    this.#open.set(key, { session, first, count: 1, events, firstNs: nowNs, lastNs: nowNs, grown: false });
    return ended;
  }

  /** Drops a session as if it had not begun. */
  forget(key: string): void {
    this.#open.delete(key);
  }

  /** Ends the sessions whose time is over, or all of them, and returns those that grew after their beginning. */
  end(nowNs: bigint, all = false): (Tally & { first: T })[] {
    const over = [...this.#open].filter(([, session]) => all || this.#isOver(session, nowNs));
    return over.flatMap(([key]) => this.#take(key));
  }

  #take(key: string): (Tally & { first: T })[] {
    const session = this.#open.get(key);
    if (session === undefined) return [];
    this.#open.delete(key);
    return session.grown ? [session] : [];
  }

  #isOver({ firstNs, lastNs }: Tally, nowNs: bigint): boolean {
    // A clock that was set back must not keep a session open for ever.
    return nowNs - lastNs >= this.#limits.idleNs || nowNs - firstNs >= this.#limits.maxNs || nowNs < firstNs;
  }
}
