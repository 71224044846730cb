import { PortFailure } from '../../ports/failure.js';
import { type Journal, type JournalChunk, type JournalExtent, MAX_CHUNK_BYTES } from '../../ports/journal.js';
import { MemoryHandle, type MemoryHandleOptions } from './memory-handle.js';

/** What a journal has on its stable storage. Any number of handles, one after another or at once, may be open on it. */
export class MemoryJournalState {
  readonly chunks: JournalChunk[] = [];
  lastSequence = 0;
  trimmedThrough = 0;
  heldBytes = 0;
  readonly waiters = new Set<() => void>();
}

export interface MemoryJournalOptions extends MemoryHandleOptions {
  maxBytes?: number;
}

export function openMemoryJournal(state: MemoryJournalState, options: MemoryJournalOptions = {}): Journal {
  return new MemoryJournal(state, options);
}

class MemoryJournal implements Journal {
  readonly #state: MemoryJournalState;
  readonly #handle: MemoryHandle;
  readonly #maxBytes: number;

  constructor(state: MemoryJournalState, options: MemoryJournalOptions) {
    this.#state = state;
    this.#handle = new MemoryHandle('journal', options);
    this.#maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    this.#handle.onClose(() => this.#wake());
  }

  append(chunks: readonly Uint8Array[]): Promise<number[]> {
    const copies = chunks.map((chunk) => new Uint8Array(chunk));
    return this.#handle.run('append', () => this.#append(copies));
  }

  read(afterSequence: number, maxBytes: number): Promise<JournalChunk[]> {
    return this.#handle.run('read', () => {
      const found: JournalChunk[] = [];
      let bytes = 0;
      for (const chunk of this.#state.chunks) {
        if (chunk.sequence <= afterSequence) continue;
        bytes += chunk.bytes.length;
        if (found.length > 0 && bytes > maxBytes) break;
        found.push({ sequence: chunk.sequence, bytes: new Uint8Array(chunk.bytes) });
      }
      return found;
    });
  }

  async waitForChunk(afterSequence: number, signal: AbortSignal): Promise<void> {
    this.#handle.refuseWhenClosed();
    const { chunks, waiters } = this.#state;
    while (!signal.aborted && !this.#handle.closed && (chunks.at(-1)?.sequence ?? 0) <= afterSequence) {
      await new Promise<void>((resolve) => {
        const done = () => {
          waiters.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        waiters.add(done);
        signal.addEventListener('abort', done);
      });
    }
  }

  trim(throughSequence: number): Promise<void> {
    return this.#handle.run('trim', () => {
      const state = this.#state;
      const through = Math.min(throughSequence, state.lastSequence);
      if (through <= state.trimmedThrough) return;
      const kept = state.chunks.findIndex((chunk) => chunk.sequence > through);
      for (const chunk of state.chunks.splice(0, kept < 0 ? state.chunks.length : kept)) {
        state.heldBytes -= chunk.bytes.length;
      }
      state.trimmedThrough = through;
    });
  }

  extent(): Promise<JournalExtent> {
    return this.#handle.run('extent', () => {
      const { lastSequence, trimmedThrough, heldBytes } = this.#state;
      return { lastSequence, trimmedThrough, heldBytes };
    });
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #append(chunks: readonly Uint8Array[]): number[] {
    if (chunks.some((chunk) => chunk.length > MAX_CHUNK_BYTES)) {
      throw new PortFailure('refused', `journal: a chunk is over ${MAX_CHUNK_BYTES} bytes`);
    }
    const state = this.#state;
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (state.heldBytes + bytes > this.#maxBytes) {
      throw new PortFailure('full', `journal: at its limit of ${this.#maxBytes} bytes`);
    }
    state.heldBytes += bytes;
    const sequences = chunks.map((chunk) => {
      state.lastSequence += 1;
      state.chunks.push({ sequence: state.lastSequence, bytes: chunk });
      return state.lastSequence;
    });
    this.#wake();
    return sequences;
  }

  #wake(): void {
    for (const wake of [...this.#state.waiters]) wake();
  }
}
