/**
 * The event store: sealed entries, searchable, and the hashes of every tenant's tree.
 *
 * Visibility is the caller's: rows are in the store before the tree heads that cover them are committed, so every
 * read names the position below which entries are committed, and the store adds that condition and the tenant's.
 *
 * One machine: chDB. Past one machine: ClickHouse.
 */

/** A place in the journal, as one number: sequence × 1024 + place in the chunk. Increases, not dense. */
export type Position = number;

export interface EventRow {
  tenant: string;
  /** The entry's leaf index in its tenant's tree. */
  index: number;
  position: Position;
  /** The entry's canonical JSON. Every searchable column is derived from it, inside the engine. */
  entry: Uint8Array;
}

/** A hash that belongs into a tile: the root of 256^level leaves. */
export interface TreeNodeRow {
  tenant: string;
  level: number;
  /** Index of the node at its level. */
  index: number;
  hash: Uint8Array;
}

export interface SealedBatch {
  /** Names this batch for ever. The same token always comes with the same rows. */
  token: string;
  events: readonly EventRow[];
  nodes: readonly TreeNodeRow[];
}

export interface StoredEntry {
  index: number;
  position: Position;
  entry: Uint8Array;
}

export interface PageQuery {
  tenant: string;
  /** Only entries with a smaller position. */
  before: Position;
  /** Event times in nanoseconds since the epoch, both inclusive. */
  fromNs?: bigint;
  toNs?: bigint;
  actor?: string;
  action?: string;
  /** Start after this key, in the order of the page: newest first, that is by (time, index) descending. */
  after?: { timeNs: bigint; index: number };
  limit: number;
}

/** One (id, time) to look up. Without a time the look-up goes through the index on ids, which costs more. */
export interface EntryKey {
  id: string;
  timeNs?: bigint;
}

export interface ReceivedId {
  tenant: string;
  id: string;
  receivedAtNs: bigint;
}

export interface EventStore {
  /**
   * Inserts all rows of a batch. Durable when it resolves, visible to every read from then on.
   * Idempotent by token, also after a crash and after a failure that had been applied in part: repeating the call
   * completes it and doubles nothing. Tokens are remembered for at least the last 1,000 batches.
   * Fails with `unavailable` or `full`: rows may be there in part; repeat the same call.
   */
  insert(batch: SealedBatch): Promise<void>;

  /** A page of entries, newest event time first. */
  page(query: PageQuery): Promise<StoredEntry[]>;

  /** The entry with this id, the one with the smallest index where there were several. */
  findById(tenant: string, id: string, before: Position): Promise<StoredEntry | undefined>;

  /** Every entry that has one of these keys; at most 1,000 keys a call. Without a time, only the id counts. */
  findByKeys(tenant: string, keys: readonly EntryKey[], before: Position): Promise<StoredEntry[]>;

  /** The entries with indexes in [fromIndex, toIndex), in order. One that was removed by retention is absent. */
  entries(tenant: string, fromIndex: number, toIndex: number): Promise<StoredEntry[]>;

  /**
   * The hashes of nodes [fromIndex, toIndex) of a tile level, concatenated (32 bytes each).
   * Fails with `corrupt` when one of them is absent.
   */
  nodeHashes(tenant: string, level: number, fromIndex: number, toIndex: number): Promise<Uint8Array>;

  /**
   * The ids of the entries with a smaller position that were received at or after a time (nanoseconds since the
   * epoch), of all tenants, in no order, as they stream in: what the index of recent ids is rebuilt from.
   */
  idsReceivedSince(receivedSinceNs: bigint, before: Position): AsyncIterable<ReceivedId[]>;

  /** Proves that the store can read and write its files now. Rejects with the reason. */
  check(): Promise<void>;

  /** Waits for queries and inserts under way, then releases everything. */
  close(): Promise<void>;
}
