/** Chunks that were acknowledged so shortly one after another count as one: many requests share a commit. */
const RESOLUTION_MS = 5;
const DEFAULT_MAX_TIMES = 8192;

/** When the newest chunks of the journal were acknowledged: at least those of the last 40 seconds, in bounded memory. */
export class AcknowledgedTimes {
  /** In a ring: the chunks up to this one, from the time before on, were acknowledged then. */
  readonly #through: Float64Array;
  readonly #ms: Float64Array;
  /** How many times were ever noted. */
  #count = 0;

  constructor(maxTimes = DEFAULT_MAX_TIMES) {
    this.#through = new Float64Array(maxTimes);
    this.#ms = new Float64Array(maxTimes);
  }

  /** @param nowMs time of a clock that does not go back */
  note(sequence: number, nowMs: number): void {
    const last = this.#place(this.#count - 1);
    if (this.#count > 0 && sequence <= this.#through[last]!) return;
    if (this.#count > 0 && nowMs - this.#ms[last]! < RESOLUTION_MS) {
      this.#through[last] = sequence;
      return;
    }
    const place = this.#place(this.#count);
    this.#through[place] = sequence;
    this.#ms[place] = nowMs;
    this.#count += 1;
  }

  /** About when this chunk was acknowledged; undefined where that is not known, or not any more. */
  of(sequence: number): number | undefined {
    const oldest = Math.max(0, this.#count - this.#through.length);
    let [low, high] = [oldest, this.#count];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#through[this.#place(middle)]! < sequence) low = middle + 1;
      else high = middle;
    }
    // What came before the oldest may have been acknowledged at any time before.
    if (low === this.#count || low === oldest) return undefined;
    return this.#ms[this.#place(low)];
  }

  #place(number: number): number {
    return number % this.#through.length;
  }
}
