import { once } from 'node:events';
import pg, { type Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Random } from '../random.js';
import type { SampledEvent, SqlQuery } from '../search-queries.js';
import { FILLED_DAYS, SEARCHED_TENANT, searchedEvent } from '../searched-events.js';
import type { PostgresCluster } from './postgres-cluster.js';
import { escapeCell } from './postgres-schema.js';

const TABLE = `
CREATE TABLE events (
  tenant_id text NOT NULL,
  id text NOT NULL,
  time timestamptz NOT NULL,
  action text NOT NULL,
  actor_id text,
  target_id text,
  session_id text,
  request_id text,
  message text,
  metadata jsonb,
  entry text NOT NULL
)`;

/** The indexes that one would make for these queries; the one on the amount is for this key of the metadata alone. */
const INDEXES: readonly [name: string, definition: string][] = [
  ['time', '(tenant_id, time DESC, id DESC)'],
  ['id', '(tenant_id, id)'],
  ['actor', '(tenant_id, actor_id, time DESC, id DESC)'],
  ['action', '(tenant_id, action text_pattern_ops, time DESC)'],
  ['session', '(tenant_id, session_id)'],
  ['request', '(tenant_id, request_id)'],
  ['target', '(tenant_id, target_id)'],
  ['amount', "(tenant_id, ((metadata->>'amount')::float8))"],
  ['message', "USING gin (to_tsvector('simple', message))"],
  ['entry', "USING gin (to_tsvector('simple', entry))"],
];

const ROWS_AT_ONCE = 5_000;

/** Size of an index in bytes, and how long it took to make. */
export interface RivalIndex {
  name: string;
  bytes: number;
  seconds: number;
}

/** The events in one table of PostgreSQL, with all indexes and statistics. */
export class PostgresSearch {
  readonly #pool: Pool;
  #indexes: RivalIndex[] = [];

  constructor({ sockets, port }: PostgresCluster) {
    this.#pool = new pg.Pool({ host: sockets, port, user: 'postgres', database: 'postgres', max: 1 });
  }

  get indexes(): readonly RivalIndex[] {
    return this.#indexes;
  }

  async fill(events: number): Promise<void> {
    await this.#pool.query(TABLE);
    await this.#copy(events);
    await this.#pool.query("SET maintenance_work_mem = '1GB'");
    for (const [name, definition] of INDEXES) {
      const begun = performance.now();
      await this.#pool.query(`CREATE INDEX events_by_${name} ON events ${definition}`);
      const seconds = (performance.now() - begun) / 1000;
      const size = `SELECT pg_relation_size('events_by_${name}')::text AS bytes`;
      const { rows } = await this.#pool.query<{ bytes: string }>(size);
      this.#indexes.push({ name, bytes: Number(rows[0]!.bytes), seconds });
    }
    await this.#pool.query('VACUUM ANALYZE events');
  }

  /** Events at random. */
  async sample(count: number): Promise<SampledEvent[]> {
    const { rows } = await this.#pool.query<{ entry: string }>(
      `SELECT entry FROM (SELECT entry FROM events TABLESAMPLE SYSTEM (2)) AS picked ORDER BY random() LIMIT ${count}`,
    );
    return rows.map(({ entry }) => JSON.parse(entry) as SampledEvent);
  }

  /** @returns how many rows there are */
  async run({ text, values }: SqlQuery): Promise<number> {
    const { rows } = await this.#pool.query(text, [...values]);
    return rows.length;
  }

  /** Of the table and all its indexes. */
  async bytes(): Promise<number> {
    const { rows } = await this.#pool.query<{ bytes: string }>(
      "SELECT pg_total_relation_size('events')::text AS bytes",
    );
    return Number(rows[0]!.bytes);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #copy(events: number): Promise<void> {
    const random = new Random(5);
    const fromMs = Date.now() - FILLED_DAYS * 86_400_000;
    const client = await this.#pool.connect();
    const stream = client.query(copyFrom('COPY events FROM STDIN'));
    const finished = once(stream, 'finish');
    for (let first = 0; first < events; first += ROWS_AT_ONCE) {
      const rows = Array.from({ length: Math.min(ROWS_AT_ONCE, events - first) }, (_, place) => {
        const number = first + place;
        return copyRow(random, number, fromMs + (FILLED_DAYS * 86_400_000 * number) / events);
      });
      if (!stream.write(rows.join(''))) await once(stream, 'drain');
    }
    stream.end();
    await finished;
    client.release();
  }
}

function copyRow(random: Random, number: number, timeMs: number): string {
  const event = searchedEvent(random, number, timeMs);
  const cells = [
    SEARCHED_TENANT,
    event.id,
    event.time,
    event.action,
    event.actor?.id,
    event.targets?.[0]?.id,
    event.session_id,
    event.request_id,
    event.message,
    JSON.stringify(event.metadata),
    JSON.stringify(event),
  ];
  return `${cells.map((cell) => (cell === undefined ? '\\N' : escapeCell(cell))).join('\t')}\n`;
}
