/** What a query of the store came to. */
export interface QueryCost {
  /** Rows that were looked at, found or not. */
  rowsRead: number;
  /** Bytes of columns that were read for it, as they are in memory. */
  bytesRead: number;
  /** Milliseconds inside the store, without waiting for a turn. */
  elapsedMs: number;
}

/** What one query of a client may use, at most what the store was opened with; absent: that. */
export interface ReadLimits {
  maxSeconds?: number;
  maxRows?: number;
  maxMemoryBytes?: number;
}

/** How one read of the store is held in bounds, and whom it tells what it cost. */
export interface ReadOptions {
  /** Ends the query; the read then rejects with the failure `cancelled`. */
  signal?: AbortSignal | undefined;
  /** Told of each query that ended well. */
  onCost?: ((cost: QueryCost) => void) | undefined;
  /** Of a client's query, which is one with a signal or a listener for its cost. */
  limits?: ReadLimits | undefined;
}
