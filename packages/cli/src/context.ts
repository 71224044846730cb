import type { Output } from './terminal/output.js';

/** All that a command takes from the world. Only the composition root makes one of the process; tests make their own. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 (inclusive) to 1 (exclusive): spreads repeated requests in time. */
  readonly random: () => number;
  /** Resolves after that many milliseconds; rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Aborted when the command has to stop: by an interrupt (`Interrupted`) or a closed pipe (`PipeClosed`). */
  readonly signal: AbortSignal;
}
