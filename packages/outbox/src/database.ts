/** What a driver answers: an object with rows, as `pg` and most others do, or the rows themselves. */
export type QueryAnswer = { readonly rows: readonly unknown[] } | readonly unknown[];

/**
 * A connection inside a transaction, as any driver of PostgreSQL offers it: `$1` stands for the first value. All values
 * that the outbox gives are texts, numbers or null.
 */
export interface Queryable {
  query(sql: string, values: (string | number | null)[]): Promise<QueryAnswer>;
}

/** What a relay needs of a database. `pgDatabase` makes one of a pool of `pg`. */
export interface Database {
  /**
   * Runs `work` in a transaction on a connection of its own, which is committed when `work` resolves and rolled back when
   * it rejects. Resolves after the commit. Must not crash the process when the connection breaks in between.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Calls `onNotice` for each notification of the channel, until the returned function is called or the connection is
   * lost, which `onLost` is told. Without it the relay only polls.
   */
  listen?(channel: string, onNotice: () => void, onLost: () => void): Promise<() => Promise<void>>;
}

/** The rows of an answer, as the statement that asked for them says that they are. */
export function rowsOf<Row>(answer: QueryAnswer): readonly Row[] {
  return ('rows' in answer ? answer.rows : answer) as readonly Row[];
}
