import { type Queryable, rowsOf } from './database.js';
import { LANES } from './schema/bounds.js';
import { namesIn } from './schema/names.js';

/** What waits in the tables; all relays together. */
export interface Backlog {
  /** Counted up to {@link BACKLOG_COUNT_MAX}. */
  readonly waiting_events: number;
  readonly is_more: boolean;
  /** Age of the event that was written first, in milliseconds; 0 when none waits. */
  readonly oldest_age_ms: number;
  readonly dead_letters: number;
}

/** Counting all of a large backlog would take long. */
export const BACKLOG_COUNT_MAX = 100_000;

/** For a gauge or an alarm; takes milliseconds. */
export async function readBacklog(tx: Queryable, schema?: string): Promise<Backlog> {
  const names = namesIn(schema);
  const sql = `
SELECT (SELECT count(*) FROM (SELECT FROM ${names.events} LIMIT ${BACKLOG_COUNT_MAX + 1}) AS counted) AS waiting,
  (SELECT extract(epoch FROM clock_timestamp() - min(written_at)) * 1000 FROM generate_series(0, ${LANES - 1}) AS lane
    CROSS JOIN LATERAL (SELECT written_at FROM ${names.events} AS events WHERE events.lane = lane.lane ORDER BY id LIMIT 1) AS first
  ) AS age_ms,
  (SELECT count(*) FROM ${names.deadLetters}) AS dead`;
  const [row] = rowsOf<{ waiting: string; age_ms: string | null; dead: string }>(await tx.query(sql, []));
  const waiting = Number(row?.waiting);
  return {
    waiting_events: Math.min(waiting, BACKLOG_COUNT_MAX),
    is_more: waiting > BACKLOG_COUNT_MAX,
    oldest_age_ms: Math.max(0, Number(row?.age_ms ?? 0)),
    dead_letters: Number(row?.dead),
  };
}
