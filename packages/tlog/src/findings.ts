import type { Violation } from './violation.js';

/** Violations found so far, up to a limit; the rest is only counted. */
export class Findings {
  readonly list: Violation[] = [];
  readonly #max: number;
  /** Leaf hashes, as one-byte-per-character strings, of entries that stand at the wrong place, with their findings. */
  readonly displaced = new Map<string, number[]>();
  #omitted = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** How many violations were found beyond the limit. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Whether another one would only be counted. */
  get full(): boolean {
    return this.list.length >= this.#max;
  }

  /** @param hash for `changed-entry`: the leaf hash of what stands there, to be looked for elsewhere in the tree */
  add(violation: Violation, hash?: Uint8Array): void {
    if (this.full) {
      this.#omitted += 1;
      return;
    }
    if (hash !== undefined) {
      const key = Buffer.from(hash).toString('latin1');
      this.displaced.set(key, [...(this.displaced.get(key) ?? []), this.list.length]);
    }
    this.list.push(violation);
  }
}
