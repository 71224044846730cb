import type { Clock } from '../ports/clock.js';

/**
 * Shares the event loop: work that takes long asks now and then whether its turn is over, and then lets what else
 * waits have one.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #yieldToLoop: () => Promise<void>;
  readonly #maxTurnMs: number;
  #begunMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, yieldToLoop: () => Promise<void>, maxTurnMs: number) {
    this.#clock = clock;
    this.#yieldToLoop = yieldToLoop;
    this.#maxTurnMs = maxTurnMs;
  }

  /** Costs a look at the clock: ask after some ten microseconds of work. */
  get isOver(): boolean {
    return this.#clock.monotonicMs() - this.#begunMs >= this.#maxTurnMs;
  }

  /** Resolves at the begin of the next turn. */
  async nextTurn(): Promise<void> {
    await this.#yieldToLoop();
    this.#begunMs = this.#clock.monotonicMs();
  }
}
