/** What a query of the store came to. */
export interface QueryCost {
  /** Rows that were looked at, found or not. */
  rowsRead: number;
  /** Bytes of columns that were read for it, as they are in memory. */
  bytesRead: number;
  /** Milliseconds inside the store, without waiting for a turn. */
  elapsedMs: number;
}

/** How one read of the store is held in bounds, and whom it tells what it cost. */
export interface ReadOptions {
  /** Ends the query; the read then rejects with the failure `cancelled`. */
  signal?: AbortSignal | undefined;
  /** Told of each query that ended well. */
  onCost?: ((cost: QueryCost) => void) | undefined;
}
