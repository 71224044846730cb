import type { Position } from './position.js';

/** An entry as the store has it. */
export interface StoredEntry {
  index: number;
  position: Position;
  entry: Uint8Array;
  /** What lies beside it for its sealed fields (`formatSealedItems`); undefined: none of them is sealed. */
  sealed: string | undefined;
}
