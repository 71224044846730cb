/** Wakes those who wait for the journal to grow. Nothing is polled. */
export class ChunkSignal {
  readonly #waiters = new Set<() => void>();

  /** Resolves at the next {@link wake}, or when the signal is or becomes aborted. Never rejects. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal.addEventListener('abort', done);
    });
  }

  wake(): void {
    for (const done of [...this.#waiters]) done();
  }
}
