import type { StoredEntry } from '../../ports/store.js';
import type { EntryFields } from './entry-fields.js';

/** A row with what it is found by. */
export interface StoredRow extends StoredEntry, EntryFields {
  tenant: string;
}

/**
 * What an event store has on its stable storage. As in the engine, rows are told apart by the batch that brought them:
 * the same row under two tokens is there twice, for every reader to see.
 */
export class MemoryStoreState {
  readonly rows: StoredRow[] = [];
  /** By level, index and tenant. Two hashes for one node are kept both, and found out when they are read. */
  readonly nodes = new Map<string, Uint8Array[]>();
  /** For each token the rows that it has brought. */
  readonly applied = new Map<string, Set<string>>();
}
