import type { IdHasher } from '../identity/id-hash.js';
import type { Journal } from '../ports/journal.js';
import type { RecordMemory } from '../records/column-memory.js';
import { recordCount } from '../records/record-codec.js';
import type { Pace } from './pace.js';
import { PreparedBatch } from './prepared-batch.js';

export interface ReadAheadParts {
  journal: Journal;
  hasher: IdHasher;
  pace: Pace;
  recordMemory: RecordMemory;
  limits: { maxBatchBytes: number; maxBatchEvents: number };
}

/** Small, as the journal reads without a break. */
const READ_BYTES = 1024 * 1024;

/**
 * Reads the journal into batches, and prepares the next one while the one before it is carried out. What was prepared
 * is only a head start: whoever takes it has to find, by compare-and-swap, that nothing after its begin was sealed
 * meanwhile. Else chunks may have been trimmed before they were read here (docs/decisions/0008).
 */
export class ReadAhead {
  readonly #parts: ReadAheadParts;
  /** The batch that is being prepared in the background. */
  #ahead: PreparedBatch | undefined;
  #isFull = false;
  #onFull: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #stop = new AbortController();

  constructor(parts: ReadAheadParts) {
    this.#parts = parts;
  }

  /** Prepares what follows this sequence as it comes into the journal, until it is a full batch or is asked for. */
  begin(after: number): void {
    const batch = this.#newBatch(after);
    this.#ahead = batch;
    this.#stop = new AbortController();
    this.#work = this.#follow(batch, this.#stop.signal).catch(() => {
      // Whoever asks for the batch reads it again, and is told.
      if (this.#ahead === batch) this.#ahead = undefined;
    });
  }

  /** Calls back once the batch that is being prepared is as large as one may be; at once where it is. */
  whenFull(callBack: () => void): void {
    this.#onFull = callBack;
    if (this.#isFull) callBack();
  }

  /** Forgets what was prepared. */
  forget(): void {
    this.#stop.abort();
    this.#ahead = undefined;
    this.#isFull = false;
  }

  /** The batch after this sequence, of what the journal has now, within the limits; empty where it has nothing. */
  async next(after: number): Promise<PreparedBatch> {
    this.#stop.abort();
    await this.#work;
    const [ahead, isFull] = [this.#ahead, this.#isFull];
    this.forget();
    const batch = ahead?.after === after ? ahead : this.#newBatch(after);
    if (batch !== ahead || !isFull) await this.#fill(batch, (bytes) => hasRoom(batch, bytes, this.#parts.limits));
    return batch;
  }

  /**
   * All chunks after one sequence up to another one, whatever the limits and whatever was prepared. It lacks those that
   * are not there.
   */
  async exactly(after: number, through: number): Promise<PreparedBatch> {
    this.forget();
    const batch = this.#newBatch(after);
    await this.#fill(batch, (_bytes, sequence) => sequence <= through);
    return batch;
  }

  #newBatch(after: number): PreparedBatch {
    return new PreparedBatch(after, this.#parts.hasher, this.#parts.recordMemory);
  }

  async #follow(batch: PreparedBatch, signal: AbortSignal): Promise<void> {
    const isWanted = (bytes: Uint8Array) => !signal.aborted && hasRoom(batch, bytes, this.#parts.limits);
    while (await this.#fill(batch, isWanted)) {
      await this.#parts.journal.waitForChunk(batch.through, signal);
      if (signal.aborted) return;
    }
    if (signal.aborted) return;
    this.#isFull = true;
    this.#onFull?.();
  }

  /** Adds what the journal has, as far as it is wanted; true when all of it was. */
  async #fill(batch: PreparedBatch, isWanted: (bytes: Uint8Array, sequence: number) => boolean): Promise<boolean> {
    const { journal, pace } = this.#parts;
    for (;;) {
      const chunks = await journal.read(batch.through, READ_BYTES);
      if (chunks.length === 0) return true;
      for (const chunk of chunks) {
        if (!isWanted(chunk.bytes, chunk.sequence)) return false;
        batch.add(chunk);
        if (pace.isOver) await pace.nextTurn();
      }
    }
  }
}

/** As many whole chunks as the limits allow; at least one. */
function hasRoom(batch: PreparedBatch, bytes: Uint8Array, limits: ReadAheadParts['limits']): boolean {
  if (batch.bytes === 0) return true;
  const { count } = batch.records;
  return batch.bytes + bytes.length <= limits.maxBatchBytes && count + recordCount(bytes) <= limits.maxBatchEvents;
}
