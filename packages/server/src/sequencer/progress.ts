import { positionAfter } from '../ports/position.js';
import type { Position } from '../ports/store.js';

/**
 * How far the journal is sealed, for those who wait for it. All entries with a position below `sealedBefore` are in
 * their trees and in the store.
 */
export class Progress {
  #sealedThrough = 0;
  #acknowledgedThrough = 0;
  #waiters: Waiter[] = [];
  #hurry: (() => void) | undefined;
  readonly #onAcknowledge: (sequence: number) => void;

  /** @param onAcknowledge called with each sequence that is acknowledged */
  constructor(onAcknowledge: (sequence: number) => void = () => undefined) {
    this.#onAcknowledge = onAcknowledge;
  }

  /** Every chunk up to and including this sequence is sealed. */
  get sealedThrough(): number {
    return this.#sealedThrough;
  }

  get sealedBefore(): Position {
    return positionAfter(this.#sealedThrough);
  }

  /** The largest sequence that was acknowledged to a client here, or was in the journal when the process started. */
  get acknowledgedThrough(): number {
    return this.#acknowledgedThrough;
  }

  acknowledge(sequence: number): void {
    if (sequence > this.#acknowledgedThrough) this.#acknowledgedThrough = sequence;
    this.#onAcknowledge(sequence);
  }

  /** Called by the sequencer after each commit. Never goes back. */
  advance(throughSequence: number): void {
    if (throughSequence <= this.#sealedThrough) return;
    this.#sealedThrough = throughSequence;
    const ready = this.#waiters.filter((waiter) => waiter.sequence <= throughSequence);
    this.#waiters = this.#waiters.filter((waiter) => waiter.sequence > throughSequence);
    for (const waiter of ready) waiter.settle(true);
  }

  /** True while somebody waits for what is not sealed yet. */
  get awaited(): boolean {
    return this.#waiters.length > 0;
  }

  /** Whom to wake when somebody waits: the sequencer need not linger then. */
  onHurry(wake: () => void): void {
    this.#hurry = wake;
  }

  /** True once the chunk is sealed; false when the signal was aborted before. */
  waitFor(sequence: number, signal: AbortSignal): Promise<boolean> {
    if (sequence <= this.#sealedThrough) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        sequence,
        settle: (sealed) => {
          signal.removeEventListener('abort', onAbort);
          resolve(sealed);
        },
      };
      const onAbort = () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        waiter.settle(false);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
      this.#hurry?.();
    });
  }
}

interface Waiter {
  sequence: number;
  settle(sealed: boolean): void;
}
