import { PortFailure } from '../../ports/failure.js';
import type { ReadOptions } from '../../ports/read-options.js';
import type { MemoryHandle } from './memory-handle.js';
import type { MemoryStoreState } from './memory-rows.js';

/** Runs the reads of a store: they end when they are cancelled, and cost a look at every row. */
export class MemoryReads {
  readonly #state: MemoryStoreState;
  readonly #handle: MemoryHandle;

  constructor(state: MemoryStoreState, handle: MemoryHandle) {
    this.#state = state;
    this.#handle = handle;
  }

  /** Fails with `cancelled` as soon as the signal is aborted, also where the read is held back. */
  async run<T>(operation: string, { signal, onCost }: ReadOptions = {}, effect: () => T): Promise<T> {
    const found = await unlessAborted(signal, () => this.#handle.run(operation, effect));
    const bytesRead = onCost === undefined ? 0 : this.#state.rows.reduce((sum, { entry }) => sum + entry.length, 0);
    onCost?.({ rowsRead: this.#state.rows.length, bytesRead, elapsedMs: 0 });
    return found;
  }
}

async function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal === undefined) return work();
  if (signal.aborted) throw cancelled();
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(cancelled());
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function cancelled(): PortFailure {
  return new PortFailure('cancelled', 'store: nobody waits for the answer any more');
}
