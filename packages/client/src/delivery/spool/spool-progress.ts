import { SettledPrefix } from '../settled-prefix.js';
import type { SpoolPosition } from './segment-name.js';

interface Step extends SpoolPosition {
  /** Whether the segment has nothing more behind it. */
  readonly isOver: boolean;
}

/** How far a spool is delivered, when its events are settled in any order. */
export class SpoolProgress {
  readonly #settled = new SettledPrefix();
  /** What was read and is not settled up to, in the order of the spool. */
  #steps: Step[] = [];
  #passed = 0;
  readonly #onReach: (position: SpoolPosition, finished: readonly number[]) => void;

  /** @param onReach told how far it is now, and which segments are wholly delivered since it was told last */
  constructor(onReach: (position: SpoolPosition, finished: readonly number[]) => void) {
    this.#onReach = onReach;
  }

  /** Whether something was read and is not settled. */
  get isPending(): boolean {
    return this.#settled.through < this.#settled.last;
  }

  /** An event that ends there was read. Gives its number. */
  read(position: SpoolPosition): number {
    this.#steps.push({ ...position, isOver: false });
    return this.#settled.add();
  }

  /** A segment ends here. */
  readSegment(segment: number): void {
    this.#steps.push({ segment: segment + 1, end: 0, isOver: true });
    this.#settled.settle(this.#settled.add());
  }

  settle(number: number): void {
    this.#settled.settle(number);
  }

  /** Tells how far it is; to be called once for all that was settled together. */
  report(): void {
    const count = this.#settled.through - this.#passed;
    if (count === 0) return;
    const steps = this.#steps.slice(0, count);
    this.#steps = this.#steps.slice(count);
    this.#passed += count;
    const { segment, end } = steps.at(-1)!;
    const finished = steps.filter(({ isOver }) => isOver).map((step) => step.segment - 1);
    this.#onReach({ segment, end }, finished);
  }
}
