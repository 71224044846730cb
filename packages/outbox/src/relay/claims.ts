import { type Queryable, rowsOf } from '../database.js';
import { LANES } from '../schema/bounds.js';
import type { Names } from '../schema/names.js';
import type { Verdict } from './event-sender.js';

/** A row that a relay has in its hands. */
export interface ClaimedRow {
  /** A bigint, as text. */
  readonly id: string;
  readonly lane: number;
  readonly tenant: string | undefined;
  readonly event: string;
}

export interface ClaimBounds {
  readonly lanes: number;
  readonly events: number;
  readonly bytes: number;
}

/** What is not to be claimed now; or the one lane that is. */
export interface ClaimFilter {
  readonly onlyLane?: number | undefined;
  readonly withoutLanes: readonly number[];
  /** '' is for events without a tenant. */
  readonly withoutTenants: readonly string[];
}

/**
 * The statements of a relay's transaction, which must be READ COMMITTED: what is picked after the lanes are locked has to
 * show what the last owner of these lanes removed.
 *
 * A lane has one owner at a time, who takes the lowest ids that can be seen. Rows go only when they are settled, and
 * nobody remembers how far he was: an event with a low id that becomes visible late, since its transaction took long, is
 * simply the next to be picked.
 */
export class Claims {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** Locks lanes with events that nobody else has, those with the oldest events first, until the transaction's end. */
  async lockLanes(tx: Queryable, lanes: number, filter: ClaimFilter): Promise<number[]> {
    const sql = `
SELECT lanes.lane FROM ${this.#names.lanes} AS lanes CROSS JOIN LATERAL (
  SELECT id FROM ${this.#names.events} AS events WHERE events.lane = lanes.lane AND ${tenantAllowed(3)} ORDER BY id LIMIT 1
) AS oldest
WHERE lanes.lane = ANY ($2::text::smallint[])
ORDER BY oldest.id LIMIT $1::int FOR UPDATE OF lanes SKIP LOCKED`;
    const answer = await tx.query(sql, [lanes, arrayText(allowedLanes(filter)), JSON.stringify(filter.withoutTenants)]);
    return rowsOf<{ lane: number | string }>(answer).map(({ lane }) => Number(lane));
  }

  /** The first events of the lanes, in the order of their ids; at least one, whatever its size. */
  async pick(tx: Queryable, lanes: readonly number[], bounds: ClaimBounds, filter: ClaimFilter): Promise<ClaimedRow[]> {
    const sql = `
WITH heads AS (
  SELECT first.lane, first.id FROM unnest($1::text::smallint[]) AS locked(lane) CROSS JOIN LATERAL (
    SELECT events.lane, events.id FROM ${this.#names.events} AS events
    WHERE events.lane = locked.lane AND ${tenantAllowed(4)} ORDER BY events.id LIMIT $2::int
  ) AS first ORDER BY first.id LIMIT $2::int
), sized AS (
  SELECT events.*, sum(octet_length(events.event)) OVER (ORDER BY id) - octet_length(events.event) AS bytes_before
  FROM heads JOIN ${this.#names.events} AS events USING (lane, id)
)
SELECT id::text AS id, lane, tenant, event FROM sized WHERE bytes_before < $3::bigint ORDER BY sized.id`;
    const values = [arrayText(lanes), bounds.events, bounds.bytes, JSON.stringify(filter.withoutTenants)];
    const rows = rowsOf<{ id: string; lane: number | string; tenant: string | null; event: string }>(
      await tx.query(sql, values),
    );
    return rows.map(({ id, lane, tenant, event }) => ({
      id,
      lane: Number(lane),
      tenant: tenant === null || tenant === '' ? undefined : tenant,
      event,
    }));
  }

  /** Removes what is settled; what was refused becomes a dead letter in the same statement. */
  async settle(tx: Queryable, settled: readonly { row: ClaimedRow; verdict: Verdict }[]): Promise<void> {
    const done = settled.filter(({ verdict }) => verdict.state === 'done').map(({ row }) => row);
    if (done.length > 0) {
      const sql = `
DELETE FROM ${this.#names.events} AS events USING unnest($1::text::smallint[], $2::text::bigint[]) AS done(lane, id)
WHERE events.lane = done.lane AND events.id = done.id`;
      await tx.query(sql, [arrayText(done.map(({ lane }) => lane)), arrayText(done.map(({ id }) => id))]);
    }
    const refused = settled.flatMap(({ row, verdict }) =>
      verdict.state === 'refused' ? [{ lane: row.lane, id: row.id, code: verdict.code, reason: verdict.reason }] : [],
    );
    if (refused.length > 0) await tx.query(this.#buryStatement(), [JSON.stringify(refused)]);
  }

  #buryStatement(): string {
    return `
WITH refused AS (
  SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS refused(lane smallint, id bigint, code text, reason text)
), gone AS (
  DELETE FROM ${this.#names.events} AS events USING refused WHERE events.lane = refused.lane AND events.id = refused.id
  RETURNING events.id, stream, tenant, event, written_at, code, reason
)
INSERT INTO ${this.#names.deadLetters} (id, stream, tenant, event, written_at, code, reason) SELECT * FROM gone`;
  }
}

const LANE_NUMBERS = Array.from({ length: LANES }, (_, lane) => lane);

function allowedLanes({ onlyLane, withoutLanes }: ClaimFilter): readonly number[] {
  if (onlyLane !== undefined) return [onlyLane];
  return withoutLanes.length === 0 ? LANE_NUMBERS : LANE_NUMBERS.filter((lane) => !withoutLanes.includes(lane));
}

/** A condition that costs nothing while no tenant is left out. */
function tenantAllowed(value: number): string {
  return `($${value}::text = '[]' OR coalesce(tenant, '') <> ALL (ARRAY(SELECT jsonb_array_elements_text($${value}::text::jsonb))))`;
}

/** An array as PostgreSQL writes it: not every driver turns arrays of JavaScript into one. Numbers only. */
function arrayText(numbers: readonly (number | string)[]): string {
  return `{${numbers.join(',')}}`;
}
