import type { QueryAnswer, Queryable } from '../database.js';

/** The part of Drizzle's `sql` that is used. */
interface DrizzleSql<Chunk> {
  raw(text: string): Chunk;
  param(value: unknown): unknown;
  join(chunks: Chunk[]): Chunk;
  (strings: TemplateStringsArray, ...values: unknown[]): Chunk;
}

/** The part of a transaction of Drizzle that is used. */
interface DrizzleTransaction<Chunk> {
  execute(query: Chunk): PromiseLike<unknown>;
}

/** Every other piece is the number of a value. */
const PLACEHOLDER = /\$(\d+)/;

/**
 * A transaction of Drizzle on PostgreSQL for `outbox` and `actAs`.
 *
 * @param sql Drizzle's own `sql`: this package brings no copy of Drizzle
 */
export function drizzleQueryable<Chunk>(tx: DrizzleTransaction<Chunk>, sql: DrizzleSql<Chunk>): Queryable {
  return {
    async query(text, values) {
      const chunks = text
        .split(PLACEHOLDER)
        .map((piece, place) => (place % 2 === 0 ? sql.raw(piece) : sql`${sql.param(values[Number(piece) - 1])}`));
      return (await tx.execute(sql.join(chunks))) as QueryAnswer;
    },
  };
}
