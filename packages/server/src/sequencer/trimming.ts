import { PortFailure } from '../ports/failure.js';
import type { Journal } from '../ports/journal.js';

/**
 * Trims the journal beside the work on what follows, one trim at a time. What is sealed is sealed whatever becomes of
 * it: chunks that stay are trimmed with those of a later batch.
 */
export class Trimming {
  readonly #journal: Journal;
  #running: Promise<void> = Promise.resolve();
  #damage: unknown;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Begins to trim up to and including this sequence; resolves when the trim before this one has ended. */
  async begin(through: number): Promise<void> {
    await this.#running;
    this.#running = this.#journal.trim(through).catch((error: unknown) => {
      if (!(error instanceof PortFailure) || error.kind === 'corrupt') this.#damage = error;
    });
  }

  /** Throws, once, what a trim has found that must not be passed over: a journal that is damaged. */
  check(): void {
    const damage = this.#damage;
    this.#damage = undefined;
    if (damage !== undefined) throw damage;
  }
}
