import { LRUCache } from 'lru-cache';

/** How attempts are slowed: the pause after each grows, from the first one beyond those that are free. */
export interface Slowing {
  freeFailures: number;
  firstPauseMs: number;
  /** Failures after which the pause doubles. */
  doublesEvery: number;
  maxPauseMs: number;
  /** Failures are forgotten after this long without another one. */
  forgottenAfterMs: number;
}

interface Failures {
  count: number;
  lastMs: number;
  /** The next attempt may begin then. */
  nextMs: number;
}

/**
 * Counts failed attempts by name and says how long to wait for the next one. The number of names is bounded; those that
 * have been quiet for the longest time are forgotten first.
 */
export class AttemptLimiter {
  readonly #slowing: Slowing;
  readonly #failures: LRUCache<string, Failures>;

  constructor(slowing: Slowing, maxNames: number) {
    this.#slowing = slowing;
    this.#failures = new LRUCache({ max: maxNames });
  }

  /** Milliseconds until another attempt may begin; 0: at once. */
  pauseMs(name: string, now: number): number {
    return Math.max(0, (this.#known(name, now)?.nextMs ?? 0) - now);
  }

  /** Failures of a name that are not forgotten. */
  failures(name: string, now: number): number {
    return this.#known(name, now)?.count ?? 0;
  }

  /**
   * Counts a failure; or an attempt before it is known how it ends, so that many at once are not all free.
   * @param others failures that were counted elsewhere
   */
  count(name: string, now: number, others = 0): void {
    const count = Math.max(this.failures(name, now), others) + 1;
    this.#failures.set(name, { count, lastMs: now, nextMs: now + pauseAfter(count, this.#slowing) });
  }

  /** Takes one failure back: the attempt that was counted was a good one. */
  takeBack(name: string, now: number): void {
    const known = this.#known(name, now);
    if (known === undefined) return;
    this.#failures.set(name, { ...known, count: known.count - 1, nextMs: now });
  }

  forget(name: string): void {
    this.#failures.delete(name);
  }

  #known(name: string, now: number): Failures | undefined {
    const known = this.#failures.get(name);
    if (known === undefined || now - known.lastMs < this.#slowing.forgottenAfterMs) return known;
    this.#failures.delete(name);
    return undefined;
  }
}

function pauseAfter(count: number, { freeFailures, firstPauseMs, doublesEvery, maxPauseMs }: Slowing): number {
  if (count <= freeFailures) return 0;
  const doublings = Math.floor((count - freeFailures - 1) / doublesEvery);
  // Beyond 2^40 it is the most in any case.
  return Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(doublings, 40));
}
