import type { Queryable } from '../database.js';

/** The part of a transaction of Kysely that is used. */
interface KyselyTransaction<Query> {
  executeQuery(query: Query): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * A transaction of Kysely (0.27 or newer) for `outbox` and `actAs`.
 *
 * @param compiled Kysely's own `CompiledQuery`: this package brings no copy of Kysely
 */
export function kyselyQueryable<Query>(
  tx: KyselyTransaction<Query>,
  compiled: { raw(sql: string, values: unknown[]): Query },
): Queryable {
  return { query: (sql, values) => tx.executeQuery(compiled.raw(sql, values)) };
}
