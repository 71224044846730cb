/**
 * Memory for the values of one commit, used again for the next one: fresh memory for each would have to be cleared by
 * the system and collected. What does not fit gets memory of its own.
 */
export class CommitMemory {
  readonly #bytes: Buffer;
  #used = 0;

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  /** So many bytes, good until {@link reuse} is called; what is in them is left over from before. */
  take(length: number): Buffer {
    const end = this.#used + length;
    if (end > this.#bytes.length) return Buffer.allocUnsafe(length);
    const taken = this.#bytes.subarray(this.#used, end);
    this.#used = end;
    return taken;
  }

  /** Call when nobody reads or writes any more what was taken. */
  reuse(): void {
    this.#used = 0;
  }
}
