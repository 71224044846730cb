import { Ending } from '../http/ending.js';

/**
 * An iterator over something that waits, which `return()` ends at once: a generator by itself would only be asked to end
 * when what it waits for has come.
 */
export class Endable<T> implements AsyncGenerator<T, void, undefined> {
  readonly #inner: AsyncGenerator<T, void, undefined>;
  readonly #over: Ending;
  #isReturned = false;

  /** @param make makes the generator, which ends when its signal is aborted. @param signal the caller's own */
  constructor(signal: AbortSignal | undefined, make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>) {
    this.#over = new Ending(signal);
    this.#inner = make(this.#over.signal);
  }

  async next(): Promise<IteratorResult<T, void>> {
    try {
      const result = await this.#inner.next();
      if (result.done === true) this.#over.end();
      return result;
    } catch (error) {
      this.#over.end();
      if (this.#isReturned) return { done: true, value: undefined };
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#isReturned = true;
    this.#over.end();
    await this.#inner.return();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<T, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
