/**
 * A column of byte strings, of which some values are kept as rows: they are moved together, over those of the others. So
 * the column from which they come is gone when this one is made.
 */
export class PackedColumn {
  /** Row i is `bytes` from offset i up to offset i + 1. */
  readonly offsets: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #from: Uint32Array;

  /** @param from value i is `bytes` from offset i up to offset i + 1 */
  constructor(bytes: Uint8Array, from: Uint32Array, rows: number) {
    this.#bytes = bytes;
    this.#from = from;
    this.offsets = new Uint32Array(rows + 1);
  }

  /** Makes the values from the first to the last one rows, from this row on. To be called in the order of both. */
  take(first: number, last: number, row: number): void {
    const from = this.#from;
    const start = from[first]!;
    const moved = start - this.offsets[row]!;
    if (moved > 0) this.#bytes.copyWithin(start - moved, start, from[last + 1]);
    for (let i = first; i <= last; i++) this.offsets[row + i - first + 1] = from[i + 1]! - moved;
  }

  /** The rows that were taken, one after another. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.offsets.at(-1));
  }
}
