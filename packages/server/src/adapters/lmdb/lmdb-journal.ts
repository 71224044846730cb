import { PortFailure } from '../../ports/failure.js';
import { type Journal, type JournalChunk, type JournalExtent, MAX_CHUNK_BYTES } from '../../ports/journal.js';
import { decodeRecord } from './checked-record.js';
import { ChunkSignal } from './chunk-signal.js';
import { CommitLoop } from './commit-loop.js';
import { CommitMemory } from './commit-memory.js';
import { type Database, LmdbEnvironment } from './environment.js';
import { chunkKey, type JournalState, readState, writeTrimmed } from './journal-state.js';
import { appendStep, MAX_TRIMMED_PER_COMMIT, roomFor, type Step, trimStep } from './journal-steps.js';

export interface LmdbJournalOptions {
  /** A folder of its own; made where it is absent. One process at a time. */
  path: string;
  /** Limit on the bytes of chunks that are held and not trimmed; the file takes up to about twice as many. */
  maxBytes: number;
  /** Limit on the bytes of chunks that wait for their commit; beyond it append fails with `full`. */
  maxQueuedBytes?: number;
  /** Address space for the file. The default has room for `maxBytes`; it is not allocated. */
  mapSizeBytes?: number;
}

const DEFAULT_MAX_QUEUED_BYTES = 128 * 1024 * 1024;
/** Larger commits are no faster per byte, and make the calls at their front wait. */
const MAX_COMMIT_BYTES = 8 * 1024 * 1024;

/** Opens, or begins, a journal in a folder. Fails with `corrupt` when its end or what was trimmed cannot be told. */
export async function openLmdbJournal(options: LmdbJournalOptions): Promise<Journal> {
  const mapSizeBytes = options.mapSizeBytes ?? options.maxBytes * 2 + 256 * 1024 * 1024;
  const environment = await LmdbEnvironment.open({ path: options.path, mapSizeBytes });
  try {
    return new LmdbJournal(options, environment, await environment.read(readState));
  } catch (error) {
    await environment.close();
    throw error;
  }
}

class LmdbJournal implements Journal {
  readonly #maxBytes: number;
  readonly #maxQueuedBytes: number;
  readonly #environment: LmdbEnvironment;
  readonly #signal = new ChunkSignal();
  readonly #loop: CommitLoop<Step, number[]>;
  #state: JournalState;
  /** A commit under way may already have removed chunks up to this one. */
  #trimmingThrough: number;
  #queuedBytes = 0;
  #memory = new CommitMemory(MAX_COMMIT_BYTES);
  #closing: Promise<void> | undefined;

  constructor(options: LmdbJournalOptions, environment: LmdbEnvironment, state: JournalState) {
    this.#maxBytes = options.maxBytes;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES;
    this.#environment = environment;
    this.#state = state;
    this.#trimmingThrough = state.trimmedThrough;
    this.#loop = new CommitLoop({
      commit: (steps) => this.#commit(steps),
      weigh: (step) => step.bytes,
      maxGroupWeight: MAX_COMMIT_BYTES,
    });
  }

  async append(chunks: readonly Uint8Array[]): Promise<number[]> {
    this.#refuseWhenClosed();
    const bytes = this.#checkedSize(chunks);
    if (chunks.length === 0) return [];
    this.#queuedBytes += bytes;
    try {
      return await this.#loop.submit(appendStep(chunks, bytes));
    } finally {
      this.#queuedBytes -= bytes;
    }
  }

  async read(afterSequence: number, maxBytes: number): Promise<JournalChunk[]> {
    this.#refuseWhenClosed();
    return this.#environment.read((database) => {
      const chunks: JournalChunk[] = [];
      let bytes = 0;
      const first = Math.max(afterSequence, this.#state.trimmedThrough) + 1;
      for (let sequence = first; sequence <= this.#state.lastSequence; sequence += 1) {
        const record = this.#readChunk(database, sequence);
        if (!record) continue;
        bytes += record.bytes.length;
        if (chunks.length > 0 && bytes > maxBytes) break;
        chunks.push({ sequence, bytes: record.bytes });
      }
      return chunks;
    });
  }

  async waitForChunk(afterSequence: number, signal: AbortSignal): Promise<void> {
    this.#refuseWhenClosed();
    while (!signal.aborted && !this.#closing && !this.#holdsChunkAfter(afterSequence)) await this.#signal.wait(signal);
  }

  async trim(throughSequence: number): Promise<void> {
    this.#refuseWhenClosed();
    const target = Math.min(throughSequence, this.#state.lastSequence);
    while (this.#state.trimmedThrough < target) {
      const through = Math.min(target, this.#state.trimmedThrough + MAX_TRIMMED_PER_COMMIT);
      const record = await this.#environment.read((database) => this.#readChunk(database, through));
      // Absent: a trim that runs beside this one has come further.
      if (record) await this.#loop.submit(trimStep(through, record.number));
      else await this.#loop.idle();
    }
  }

  async extent(): Promise<JournalExtent> {
    this.#refuseWhenClosed();
    const { lastSequence, trimmedThrough, totalBytes, trimmedBytes } = this.#state;
    return { lastSequence, trimmedThrough, heldBytes: totalBytes - trimmedBytes };
  }

  close(): Promise<void> {
    this.#closing ??= this.#loop.idle().then(() => {
      this.#signal.wake();
      return this.#environment.close();
    });
    return this.#closing;
  }

  async #commit(steps: readonly Step[]): Promise<number[][]> {
    const state = { ...this.#state };
    const staged = steps.map((step) => step.stage(state, (length) => this.#memory.take(length)));
    this.#trimmingThrough = state.trimmedThrough;
    try {
      await this.#environment.batch(roomFor(steps), (database) => {
        for (const part of staged) part.write(database);
        if (state.trimmedThrough > this.#state.trimmedThrough) writeTrimmed(database, state);
      });
    } catch (error) {
      // The driver may hold what it was given.
      this.#memory = new CommitMemory(MAX_COMMIT_BYTES);
      // Whether it was applied or not, the file knows. If even that cannot be read, the next commit tries again.
      this.#state = await this.#environment.read(readState).catch(() => this.#state);
      throw error;
    }
    this.#memory.reuse();
    this.#state = state;
    this.#signal.wake();
    return staged.map((part) => part.sequences);
  }

  /** Undefined for a chunk that was trimmed meanwhile. */
  #readChunk(database: Database, sequence: number) {
    const key = chunkKey(sequence);
    const value = database.getBinary(key);
    if (!value && sequence <= this.#trimmingThrough) return undefined;
    const record = value && decodeRecord(key, value);
    if (!record) {
      throw new PortFailure('corrupt', `journal: chunk ${sequence} is ${value ? 'damaged' : 'missing'}`);
    }
    return record;
  }

  #holdsChunkAfter(sequence: number): boolean {
    return this.#state.lastSequence > Math.max(sequence, this.#state.trimmedThrough);
  }

  #checkedSize(chunks: readonly Uint8Array[]): number {
    let bytes = 0;
    for (const chunk of chunks) {
      if (chunk.length > MAX_CHUNK_BYTES) {
        throw new PortFailure('refused', `journal: a chunk of ${chunk.length} bytes is over ${MAX_CHUNK_BYTES}`);
      }
      bytes += chunk.length;
    }
    const heldBytes = this.#state.totalBytes - this.#state.trimmedBytes;
    if (heldBytes + this.#queuedBytes + bytes > this.#maxBytes) {
      throw new PortFailure('full', `journal: at its limit of ${this.#maxBytes} bytes`);
    }
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#maxQueuedBytes) {
      throw new PortFailure('full', `journal: ${this.#queuedBytes} bytes wait for their commit`);
    }
    return bytes;
  }

  #refuseWhenClosed(): void {
    if (this.#closing) throw new PortFailure('closed', 'journal: closed');
  }
}
