import { type Queryable, rowsOf } from './database.js';
import { namesIn } from './schema/names.js';

/** An event that the server refused for good. */
export interface DeadLetter {
  /** Of the row, as a bigint in text. */
  readonly id: string;
  readonly stream: string;
  readonly tenant: string | undefined;
  /** JSON, as it was written. */
  readonly event: string;
  readonly code: string;
  readonly reason: string;
  readonly refused_at: Date | string;
}

/** Dead letters, oldest first. `after` is the id of the last one that was seen. */
export async function listDeadLetters(
  tx: Queryable,
  { schema, limit = 100, after = '0' }: { schema?: string; limit?: number; after?: string } = {},
): Promise<DeadLetter[]> {
  const sql = `SELECT id::text AS id, stream, tenant, event, code, reason, refused_at
FROM ${namesIn(schema).deadLetters} AS letters WHERE letters.id > $1::text::bigint ORDER BY letters.id LIMIT $2::int`;
  const rows = rowsOf<Omit<DeadLetter, 'tenant'> & { tenant: string | null }>(await tx.query(sql, [after, limit]));
  return rows.map((row) => ({ ...row, tenant: row.tenant ?? undefined }));
}

/** Puts dead letters back to be tried once more, behind what waits; all of them without `ids`. Gives their number. */
export async function requeueDeadLetters(
  tx: Queryable,
  { schema, ids }: { schema?: string; ids?: readonly string[] } = {},
): Promise<number> {
  const names = namesIn(schema);
  const sql = `WITH gone AS (
  DELETE FROM ${names.deadLetters} WHERE $1::text IS NULL OR id = ANY ($1::text::bigint[]) RETURNING *
), put AS (
  INSERT INTO ${names.events} (stream, tenant, event) SELECT stream, tenant, event FROM gone ORDER BY id RETURNING 1
) SELECT count(*) AS count FROM put`;
  return countOf(await tx.query(sql, [ids === undefined ? null : `{${ids.join(',')}}`]));
}

/** Removes dead letters that were refused longer ago. Gives their number. */
export async function removeDeadLetters(
  tx: Queryable,
  { schema, olderThanDays }: { schema?: string; olderThanDays: number },
): Promise<number> {
  const sql = `WITH gone AS (
  DELETE FROM ${namesIn(schema).deadLetters} WHERE refused_at < clock_timestamp() - make_interval(days => $1::int) RETURNING 1
) SELECT count(*) AS count FROM gone`;
  return countOf(await tx.query(sql, [olderThanDays]));
}

function countOf(answer: Awaited<ReturnType<Queryable['query']>>): number {
  return Number(rowsOf<{ count: string }>(answer)[0]?.count);
}
