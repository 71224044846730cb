import type { Clock } from '../ports/clock.js';
import type { Journal, JournalChunk, JournalExtent } from '../ports/journal.js';

/** How long a failed append counts. A server that is not ready may get no writes that could show that they work again. */
const REMEMBERED_MS = 15_000;

/** A journal that remembers how the last append ended, so that the server can say what is wrong with it. */
export class WatchedJournal implements Journal {
  readonly #journal: Journal;
  readonly #clock: Clock;
  #failure: { message: string; atMs: number } | undefined;

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** Why the last append failed, if it did and that is not long ago. */
  get trouble(): string | undefined {
    const failure = this.#failure;
    if (failure === undefined || this.#clock.monotonicMs() - failure.atMs > REMEMBERED_MS) return undefined;
    return `the last write failed: ${failure.message}`;
  }

  async append(chunks: readonly Uint8Array[]): Promise<number[]> {
    try {
      const sequences = await this.#journal.append(chunks);
      this.#failure = undefined;
      return sequences;
    } catch (error) {
      this.#failure = { message: (error as Error).message, atMs: this.#clock.monotonicMs() };
      throw error;
    }
  }

  read(afterSequence: number, maxBytes: number): Promise<JournalChunk[]> {
    return this.#journal.read(afterSequence, maxBytes);
  }

  waitForChunk(afterSequence: number, signal: AbortSignal): Promise<void> {
    return this.#journal.waitForChunk(afterSequence, signal);
  }

  trim(throughSequence: number): Promise<void> {
    return this.#journal.trim(throughSequence);
  }

  extent(): Promise<JournalExtent> {
    return this.#journal.extent();
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}
