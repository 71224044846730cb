import type { Fault } from '../../../packages/server/src/adapters/memory/faults.js';
import { Problem } from '../../../packages/server/src/errors.js';
import { isPortFailure } from '../../../packages/server/src/ports/failure.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';
import type { Trace } from './trace.js';
import { GuaranteeBroken } from './violation.js';

/** Appends are few among the operations, and what follows from a failed one is hardest to get right. */
const APPEND_FACTOR = 3;

/** Chooses which operations go wrong, and says which failures may be seen because of it. */
export class FaultSource {
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #trace: Trace;
  #isOver = false;

  constructor(plan: Plan, random: Random, trace: Trace) {
    this.#plan = plan;
    this.#random = random;
    this.#trace = trace;
  }

  readonly choose = (operation: string): Fault | 'repeat' | undefined => {
    const rate = this.#plan.faultRate * (operation === 'journal.append' ? APPEND_FACTOR : 1);
    if (this.#isOver || rate === 0 || !this.#random.chance(rate)) return undefined;
    const fault = this.#random.weighted(this.#plan.faults);
    this.#trace.add(`${operation}: ${fault}`);
    return fault;
  };

  /** From now on everything works. */
  end(): void {
    this.#isOver = true;
  }

  /**
   * Passes over the failures that a schedule may meet: of a part that does not answer.
   * @throws GuaranteeBroken for any other, and for all of them where nothing could fail
   */
  requireKnown(error: unknown): void {
    const isKnown = isPortFailure(error, 'unavailable') || (error instanceof Problem && error.status === 503);
    // Of two processes, one may have to wait for what it has yet to hear of the other.
    const mayHappen = this.#plan.slots > 1 || this.#plan.faultRate > 0;
    if (isKnown && mayHappen) return;
    throw new GuaranteeBroken('failures are of the known kinds', (error as Error).stack ?? String(error));
  }
}
