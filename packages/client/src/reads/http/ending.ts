/**
 * A signal of one request, which ends with its caller's, or by itself. `AbortSignal.any` would do, but leaves something
 * behind on a caller's signal that outlives many requests, and is not everywhere.
 */
export class Ending {
  readonly #over = new AbortController();
  readonly #outer: AbortSignal | undefined;

  /** @param outer the caller's, which is let go at the end */
  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted === true) this.#over.abort(outer.reason);
    else outer?.addEventListener('abort', this.#follow);
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Ends it; again is nothing. */
  end(reason?: unknown): void {
    this.#outer?.removeEventListener('abort', this.#follow);
    this.#over.abort(reason);
  }

  readonly #follow = () => this.end(this.#outer?.reason);
}
