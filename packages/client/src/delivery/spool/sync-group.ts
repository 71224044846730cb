/** Runs a pass for many callers: those that come while one is under way share the next. */
export class SyncGroup {
  readonly #pass: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param pass forces to stable storage what is written when it is called */
  constructor(pass: () => Promise<void>) {
    this.#pass = pass;
  }

  /** Resolves when all that was written before the call is on stable storage. @throws what the pass throws */
  sync(): Promise<void> {
    if (this.#running === undefined) return this.#begin();
    // What runs may have begun before the last write.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#begin();
      });
    return this.#next;
  }

  #begin(): Promise<void> {
    const running = this.#pass().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
