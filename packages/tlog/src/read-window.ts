/** How much of the largest size that was seen is still expected after another, smaller one. */
const KEPT_SHARE = 0.9;

/**
 * How many reads may be under way at a time when it is not known before how much each brings: as many as are wanted
 * while what they bring stays below a number of bytes, going by those before them. One in any case.
 */
export class ReadWindow {
  readonly #maxReads: number;
  readonly #maxBytes: number;
  #expectedBytes = 0;

  constructor(maxReads: number, maxBytes: number) {
    this.#maxReads = maxReads;
    this.#maxBytes = maxBytes;
  }

  /** A read has brought so many bytes. */
  saw(bytes: number): void {
    this.#expectedBytes = Math.max(bytes, this.#expectedBytes * KEPT_SHARE);
  }

  /** Reads that may be under way now. */
  get reads(): number {
    return Math.max(1, Math.min(this.#maxReads, Math.floor(this.#maxBytes / this.#expectedBytes)));
  }
}
