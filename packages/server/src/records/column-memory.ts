/** What lies ready is kept only for batches that need this part of it at least. */
const MIN_USE = 1 / 4;

/**
 * Memory for a column of bytes of a batch, used again for a later one. A fresh run of many megabytes for each batch would make
 * the system clear its pages, and the collector run: it counts such memory, and cannot know that it is let go soon.
 */
export class ColumnMemory {
  #spare: Uint8Array | undefined;

  /** Memory of at least so many bytes that begins with the first `used` bytes of this one; more may lie behind them. */
  grown(bytes: Uint8Array, used: number, length: number): Uint8Array {
    const spare = this.#spare;
    const fits = spare !== undefined && spare.length >= length;
    if (fits) this.#spare = undefined;
    const grown = fits ? spare : Buffer.allocUnsafeSlow(Math.max(length, 2 * bytes.length));
    grown.set(bytes.subarray(0, used));
    return grown;
  }

  /** Call when nobody reads this memory any more; `used` bytes of it have been needed. */
  giveBack(bytes: Uint8Array, used: number): void {
    if (used >= bytes.length * MIN_USE) this.#spare = bytes;
  }
}

/** The columns of records that are large enough for it. */
export interface RecordMemory {
  readonly entries: ColumnMemory;
  readonly sealed: ColumnMemory;
}

export function newRecordMemory(): RecordMemory {
  return { entries: new ColumnMemory(), sealed: new ColumnMemory() };
}
