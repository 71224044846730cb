/** Takes from an iterator, and asks it for the next one already while the last one is used: two of them are in memory. */
export class ReadAhead<T> {
  readonly #source: AsyncIterator<T>;
  #ahead: Promise<IteratorResult<T>> | undefined;
  #ended = false;

  constructor(source: AsyncIterable<T>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Undefined at the end, and after {@link close}. */
  async next(): Promise<T | undefined> {
    if (this.#ended) return undefined;
    const { done, value } = await (this.#ahead ?? this.#source.next());
    if (done === true || this.#ended) {
      this.#ended = true;
      return undefined;
    }
    this.#ahead = this.#source.next();
    // Told where it is waited for.
    this.#ahead.catch(() => undefined);
    return value;
  }

  /** Ends the source. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#ahead?.catch(() => undefined);
    await this.#source.return?.();
  }
}
