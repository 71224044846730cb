import { PortFailure } from '../../ports/failure.js';

/**
 * How an operation goes wrong. In every case the caller is told `unavailable`.
 *
 * - `fail`: nothing is applied.
 * - `fail-after`: it is applied all the same.
 * - `partial`: the first half of its rows or writes is applied; as `fail` where an operation has no parts.
 * - `delay-apply`: it is applied at a later {@link Faults.settleDelayed}.
 */
export type Fault = 'fail' | 'fail-after' | 'partial' | 'delay-apply';

/** Decides for each call of an operation (`journal.append`, `store.insert`, …) whether and how it goes wrong. */
export type FaultPlan = (operation: string) => Fault | undefined;

/** The two ways in which an operation can be carried out. */
export interface Attempt<T> {
  whole(): Promise<T>;
  /** Carries out the first half, where there is one. */
  half?(): Promise<unknown>;
}

/** Injects the faults of a plan, and keeps what is yet to be applied. */
export class Faults {
  readonly #plan: FaultPlan;
  #delayed: (() => Promise<unknown>)[] = [];

  constructor(plan: FaultPlan) {
    this.#plan = plan;
  }

  async run<T>(operation: string, attempt: Attempt<T>): Promise<T> {
    const fault = this.#plan(operation);
    if (fault === undefined) return attempt.whole();
    if (fault === 'fail-after') await attempt.whole();
    if (fault === 'partial') await attempt.half?.();
    if (fault === 'delay-apply') this.#delayed.push(attempt.whole);
    throw new PortFailure('unavailable', `injected: ${operation} ${fault}`);
  }

  /** Applies what was delayed, in its order. A failure of it goes to nobody, as its caller is long gone. */
  async settleDelayed(): Promise<void> {
    for (const apply of this.#delayed.splice(0)) await apply().catch(() => undefined);
  }
}
