import { usageFailure } from '../failure.js';

const FIRST_SLOTS = 1 << 10;
/** 256 MiB of table. */
const MAX_SLOTS = 1 << 25;

/**
 * Counts how often each of many hashes has come, in 8 bytes a slot: a 64-bit fingerprint stands for the hash. Should
 * two hashes share one, the counts are still the same every time that the same sequence is counted, and an id made of
 * hash and count is still unlike any other.
 */
export class Occurrences {
  #slots = new BigUint64Array(FIRST_SLOTS);
  #used = 0;
  /** Only of fingerprints that came more than once. */
  readonly #repeats = new Map<bigint, number>();

  /**
   * How often this hash has come before: 0 the first time.
   * @throws CliFailure `usage` beyond some 25 million different hashes
   */
  next(hash: Buffer): number {
    // Zero marks a free slot.
    const fingerprint = hash.readBigUInt64BE(0) || 1n;
    if (this.#add(fingerprint)) return 0;
    const before = this.#repeats.get(fingerprint) ?? 1;
    this.#repeats.set(fingerprint, before + 1);
    return before;
  }

  /** @returns whether it was new */
  #add(fingerprint: bigint): boolean {
    if (this.#used * 4 >= this.#slots.length * 3) this.#grow();
    const slot = slotOf(this.#slots, fingerprint);
    if (this.#slots[slot] === fingerprint) return false;
    this.#slots[slot] = fingerprint;
    this.#used += 1;
    return true;
  }

  #grow(): void {
    if (this.#slots.length >= MAX_SLOTS) {
      throw usageFailure(
        `A file has more than ${this.#used} records without an id`,
        'Split the file, or give each record an id.',
      );
    }
    const larger = new BigUint64Array(this.#slots.length * 2);
    for (const fingerprint of this.#slots) if (fingerprint !== 0n) larger[slotOf(larger, fingerprint)] = fingerprint;
    this.#slots = larger;
  }
}

/** Where a fingerprint is, or the free slot where it belongs. The number of slots is a power of two. */
function slotOf(slots: BigUint64Array, fingerprint: bigint): number {
  let slot = Number(fingerprint & BigInt(slots.length - 1));
  while (slots[slot] !== 0n && slots[slot] !== fingerprint) slot = (slot + 1) % slots.length;
  return slot;
}
