/**
 * The events with which the content of a file changed, from its history, newest first: of every run of equal checksums
 * the oldest, which brought the content that the others still found there. No checksum is a content of its own: the file
 * was gone, or nobody could read it.
 */
export class FileChanges<T> {
  readonly changes: T[] = [];
  /** The oldest event that was seen of the run at which the history has got to. */
  #run: { oldest: T; checksum: unknown } | undefined;

  /** Takes the next older event. */
  add(event: T, checksum: unknown): void {
    const compared = checksum ?? null;
    if (this.#run !== undefined && this.#run.checksum !== compared) this.changes.push(this.#run.oldest);
    this.#run = { oldest: event, checksum: compared };
  }

  /** The oldest event that was seen; whether it is a change, only what is older could tell. */
  get oldest(): T | undefined {
    return this.#run?.oldest;
  }

  /** There is nothing older. */
  end(): void {
    if (this.#run !== undefined) this.changes.push(this.#run.oldest);
    this.#run = undefined;
  }
}
