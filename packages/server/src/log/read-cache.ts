/** A value with what it takes in memory. */
export interface Sized<T> {
  readonly value: T;
  readonly bytes: number;
}

/**
 * What was read: once for all who ask for it at the same time, and kept for those who ask later, up to a number of
 * bytes; what was not asked for the longest goes first. Failures are not kept.
 */
export class ReadCache<T> {
  readonly #maxBytes: number;
  readonly #kept = new Map<string, Sized<T>>();
  readonly #underWay = new Map<string, Promise<T>>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The value of a key, read now unless it is kept or about to come. */
  async get(key: string, read: () => Promise<Sized<T>>): Promise<T> {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known.value;
    }
    let reading = this.#underWay.get(key);
    if (reading === undefined) {
      reading = read()
        .then((sized) => this.#keep(key, sized))
        .finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, reading);
    }
    return reading;
  }

  /** Reads it again the next time. */
  forget(key: string): void {
    const known = this.#kept.get(key);
    if (known === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= known.bytes;
  }

  /** Forgets every key that begins so. */
  forgetAll(prefix: string): void {
    for (const key of [...this.#kept.keys()]) if (key.startsWith(prefix)) this.forget(key);
  }

  /** What is so large that hardly anything else would be left is not kept. */
  #keep(key: string, sized: Sized<T>): T {
    if (sized.bytes > this.#maxBytes / 2) return sized.value;
    this.#kept.set(key, sized);
    this.#bytes += sized.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.forget(oldest);
    }
    return sized.value;
  }
}
