import type { KeptRecord, Slot, StateWrite } from '../state/tree-state.js';
import type { WatchRecord } from './file-change.js';

export interface QueuedRecord {
  readonly record: WatchRecord;
  /** How the state moves on with it. */
  readonly writes: StateWrite[];
  /** The name whose entry it is of. */
  readonly slot: Slot | null;
}

export interface RecordStore {
  /** Keeps records and moves the state on with them, all or nothing; called one at a time, in order. */
  keep(writes: readonly StateWrite[], records: readonly KeptRecord[]): Promise<void>;
  forget(sequence: number): Promise<void>;
}

export interface RecordQueueOptions {
  readonly maxUnacknowledged: number;
  readonly store: RecordStore;
  /** Kept by an earlier run that was not told that they had arrived. */
  readonly kept: readonly KeptRecord[];
}

/**
 * Records on their way to whoever reads them. They are kept before they are handed over, in the same step in which the
 * state moves on, and until they are acknowledged: whoever kills the process in between gets the very same records again.
 */
export class RecordQueue {
  readonly #options: RecordQueueOptions;
  /** Found, and not kept yet. */
  #found: QueuedRecord[] = [];
  #quiet: StateWrite[] = [];
  #committing = 0;
  #lastForgotten = 0;
  /** Kept, in order: those before `#delivered` were handed over, those before `#first` are acknowledged. */
  readonly #kept: QueuedRecord[];
  #delivered = 0;
  #first = 0;
  #reader: { resolve(result: IteratorResult<WatchRecord>): void; reject(error: Error): void } | undefined;
  #waitingRoom: (() => void)[] = [];
  #keeping: Promise<void> | undefined;
  #forgetting: Promise<void> = Promise.resolve();
  #ended = false;
  #failure: Error | undefined;

  constructor(options: RecordQueueOptions) {
    this.#options = options;
    this.#kept = options.kept.map((kept) => ({ ...kept, writes: [] }));
  }

  get unacknowledged(): number {
    return this.#kept.length - this.#first + this.#committing + this.#found.length;
  }

  /** Not yet taken by the reader. */
  get undelivered(): number {
    return this.#kept.length - this.#delivered + this.#committing + this.#found.length;
  }

  push(queued: QueuedRecord): void {
    this.#found.push(queued);
    this.#keep();
  }

  /** What the state is to learn without a record, after what was found before. */
  quietly(write: StateWrite): void {
    const last = this.#found.at(-1);
    if (last === undefined) this.#quiet.push(write);
    else last.writes.push(write);
    this.#keep();
  }

  /** Resolves when fewer than the bound wait. */
  async room(): Promise<void> {
    while (this.unacknowledged >= this.#options.maxUnacknowledged && !this.#ended) {
      await new Promise<void>((resolve) => this.#waitingRoom.push(resolve));
    }
  }

  /** A record that is not acknowledged. */
  find(sequence: number): QueuedRecord | undefined {
    const first = this.#kept[this.#first]?.record.sequence;
    return first === undefined ? undefined : this.#kept[this.#first + sequence - first];
  }

  /** This record and all before it are safe with the reader. */
  acknowledge(sequence: number): void {
    const before = this.#first;
    while (this.#first < this.#delivered && this.#kept[this.#first]!.record.sequence <= sequence) this.#first++;
    if (this.#first === before) return;
    const last = this.#kept[this.#first - 1]!.record.sequence;
    this.#forgetSoon(last);
    this.#compact();
    for (const resolve of this.#waitingRoom.splice(0)) resolve();
  }

  next(): Promise<IteratorResult<WatchRecord>> {
    const queued = this.#kept[this.#delivered];
    if (queued !== undefined) {
      this.#delivered++;
      return Promise.resolve({ done: false, value: queued.record });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  /** Everything that was found can be read, and what was acknowledged is forgotten. Throws what a write failed with. */
  async secured(): Promise<void> {
    while (this.#keeping !== undefined) await this.#keeping;
    await this.#forgetting;
    if (this.#failure !== undefined) throw this.#failure;
  }

  end(): void {
    this.#ended = true;
    this.#reader?.resolve({ done: true, value: undefined });
    this.#reader = undefined;
    for (const resolve of this.#waitingRoom.splice(0)) resolve();
  }

  /** The reader hears of it after the records that are there. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.end();
  }

  #keep(): void {
    this.#keeping ??= this.#keepAll()
      .catch((error: Error) => this.fail(error))
      .finally(() => {
        this.#keeping = undefined;
        if (this.#failure === undefined && this.#found.length + this.#quiet.length > 0) this.#keep();
      });
  }

  /** All that was found in this turn of the event loop goes into one commit. */
  async #keepAll(): Promise<void> {
    await Promise.resolve();
    const found = this.#found;
    this.#found = [];
    this.#committing = found.length;
    const writes = [...this.#quiet, ...found.flatMap((queued) => queued.writes)];
    this.#quiet = [];
    await this.#options.store.keep(writes, found);
    this.#committing = 0;
    for (const queued of found) this.#kept.push(queued);
    this.#deliver();
  }

  #deliver(): void {
    const reader = this.#reader;
    const queued = this.#kept[this.#delivered];
    if (reader === undefined || queued === undefined) return;
    this.#reader = undefined;
    this.#delivered++;
    reader.resolve({ done: false, value: queued.record });
  }

  #forgetSoon(sequence: number): void {
    this.#lastForgotten = sequence;
    this.#forgetting = this.#forgetting.then(async () => {
      // Many acknowledgements come in one turn; one commit does for all.
      if (this.#lastForgotten === sequence) await this.#options.store.forget(sequence);
    });
    this.#forgetting.catch((error: Error) => this.fail(error));
  }

  #compact(): void {
    if (this.#first < 1024 || this.#first * 2 < this.#kept.length) return;
    this.#kept.splice(0, this.#first);
    this.#delivered -= this.#first;
    this.#first = 0;
  }
}
