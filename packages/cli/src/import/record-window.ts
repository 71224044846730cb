import type { ImportRecord } from './read-records.js';

/**
 * Records that have been read and have no result yet, oldest first. Bounded: they have to be sent again should the
 * connection break.
 */
export class RecordWindow {
  readonly #maxRecords: number;
  readonly #maxChars: number;
  #records: (ImportRecord | undefined)[] = [];
  #start = 0;
  #chars = 0;

  constructor(maxRecords: number, maxChars: number) {
    this.#maxRecords = maxRecords;
    this.#maxChars = maxChars;
  }

  get size(): number {
    return this.#records.length - this.#start;
  }

  /** Whether a further batch may be added. The last batch may go over the limits by its own size. */
  get hasRoom(): boolean {
    return this.size === 0 || (this.size < this.#maxRecords && this.#chars < this.#maxChars);
  }

  get oldest(): ImportRecord | undefined {
    return this.#records[this.#start];
  }

  push(records: readonly ImportRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      this.#chars += record.text?.length ?? 0;
    }
  }

  shift(): ImportRecord | undefined {
    const record = this.oldest;
    if (record === undefined) return undefined;
    this.#records[this.#start] = undefined;
    this.#start += 1;
    this.#chars -= record.text?.length ?? 0;
    // Now and then the front is cut off; doing it each time would move the whole array each time.
    if (this.#start > this.#maxRecords) {
      this.#records = this.#records.slice(this.#start);
      this.#start = 0;
    }
    return record;
  }

  /** Texts to send, oldest first. */
  *texts(): Generator<string> {
    for (let at = this.#start; at < this.#records.length; at++) {
      const text = this.#records[at]?.text;
      if (text !== undefined) yield text;
    }
  }
}
