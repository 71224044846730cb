/**
 * A token bucket: fills at a rate, holds no more than its capacity, and gives tokens out whole or not at all.
 * Kept as one moment, that at which it will be full again, so that nothing has to be filled while nobody asks.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly capacity: number;
  /** Milliseconds of the clock at which the bucket will be full. */
  #fullAtMs = Number.NEGATIVE_INFINITY;

  /** @param perSecond tokens that flow in a second */
  constructor(perSecond: number, capacity: number) {
    this.#perMs = perSecond / 1000;
    this.capacity = capacity;
  }

  /** Tokens that are there now. @param nowMs a clock that never goes back */
  remaining(nowMs: number): number {
    return Math.max(0, this.capacity - Math.max(0, this.#fullAtMs - nowMs) * this.#perMs);
  }

  /**
   * Takes so many tokens. Returns 0 when they were taken, else the milliseconds until they could be; more than the
   * capacity can never be taken, and gives Infinity.
   */
  take(tokens: number, nowMs: number): number {
    if (tokens > this.capacity) return Number.POSITIVE_INFINITY;
    const fullAtMs = Math.max(this.#fullAtMs, nowMs) + tokens / this.#perMs;
    const excessMs = fullAtMs - nowMs - this.capacity / this.#perMs;
    // A rounding of the last digit must not refuse what fits.
    if (excessMs > 1e-6) return excessMs;
    this.#fullAtMs = fullAtMs;
    return 0;
  }

  /** Puts tokens back that were taken and not needed. */
  giveBack(tokens: number): void {
    this.#fullAtMs -= tokens / this.#perMs;
  }
}
