import type { Clock } from '../ports/clock.js';

/** Somebody who waits, until they are woken or their time has come. */
interface Wait {
  untilMs: number;
  wake: () => void;
}

const TICK_MS = 500;

/**
 * Many who wait for something, each for a while: a timer for all of them, since there are thousands and most are woken
 * soon. Their time is kept to within half a second.
 */
export class Waits {
  readonly #clock: Clock;
  readonly #waiting = new Set<Wait>();
  #isTicking = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Hands out what wakes the one who waits. Resolves when that is called, or after about so long. */
  wait(maxMs: number, hand: (wake: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const wait: Wait = {
        untilMs: this.#clock.monotonicMs() + maxMs,
        wake: () => {
          this.#waiting.delete(wait);
          resolve();
        },
      };
      this.#waiting.add(wait);
      hand(wait.wake);
      if (!this.#isTicking) this.#tick();
    });
  }

  async #tick(): Promise<void> {
    this.#isTicking = true;
    while (this.#waiting.size > 0) {
      await this.#clock.sleep(TICK_MS);
      const nowMs = this.#clock.monotonicMs();
      for (const wait of this.#waiting) if (wait.untilMs <= nowMs) wait.wake();
    }
    this.#isTicking = false;
  }
}
