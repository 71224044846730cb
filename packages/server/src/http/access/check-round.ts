/** Into so many turns a round is divided, so that not all checks come at once. */
const TURNS = 10;

/** Makes checks over and over, each once in a round. A round without any costs nothing. */
export class CheckRound {
  readonly #turnMs: number;
  /** The one that was made first the longest ago comes first. */
  readonly #checks = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(roundMs: number) {
    this.#turnMs = roundMs / TURNS;
  }

  /** Makes a check from now on, until what is given back is called. It must not throw. */
  add(check: () => void): () => void {
    this.#checks.add(check);
    this.#timer ??= setInterval(() => this.#turn(), this.#turnMs);
    return () => {
      this.#checks.delete(check);
      if (this.#checks.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #turn(): void {
    let left = Math.ceil(this.#checks.size / TURNS);
    for (const check of this.#checks) {
      if (left === 0) return;
      left -= 1;
      this.#checks.delete(check);
      this.#checks.add(check);
      check();
    }
  }
}
