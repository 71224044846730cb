import type { Admitted } from './rival-app.js';

/** A table as a service over PostgreSQL would have it: the entry, columns read out of it, and seven indexes. */
export const CREATE_EVENTS = `
CREATE TABLE events (
  tenant_id text NOT NULL,
  id text NOT NULL,
  time timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  action text NOT NULL,
  outcome text,
  actor_id text,
  target_id text,
  session_id text,
  request_id text,
  entry text NOT NULL
);
CREATE INDEX events_by_time ON events (tenant_id, time);
CREATE UNIQUE INDEX events_by_id ON events (tenant_id, id);
CREATE INDEX events_by_actor ON events (tenant_id, actor_id, time);
CREATE INDEX events_by_action ON events (tenant_id, action, time);
CREATE INDEX events_by_session ON events (tenant_id, session_id);
CREATE INDEX events_by_request ON events (tenant_id, request_id);
CREATE INDEX events_by_target ON events (tenant_id, target_id);`;

export const COPY_EVENTS = 'COPY events FROM STDIN';
export const SIZE_OF_EVENTS =
  "SELECT pg_total_relation_size('events')::text AS bytes, count(*)::text AS events FROM events";

/** A batch in the text format of COPY. */
export function copyText(tenant: string, receivedAt: string, batch: readonly Admitted[]): string {
  return batch.map((admitted) => copyRow(tenant, receivedAt, admitted)).join('');
}

function copyRow(tenant: string, receivedAt: string, { value, event: { id, time, entry } }: Admitted): string {
  const cells = [
    tenant,
    id,
    time,
    receivedAt,
    value.action,
    value.outcome,
    value.actor?.id,
    value.targets?.[0]?.id,
    value.session_id,
    value.request_id,
    Buffer.from(entry.buffer, entry.byteOffset, entry.length).toString('utf8'),
  ];
  return `${cells.map((cell) => (cell === undefined ? '\\N' : escapeCell(cell))).join('\t')}\n`;
}

const SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A cell of COPY's text format. */
export function escapeCell(text: string): string {
  return text.replace(SPECIAL, (character) => ESCAPES[character]!);
}
