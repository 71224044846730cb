import { EVENT_MAX_BYTES, LANES } from './bounds.js';
import { type Names, WAKE_CHANNEL } from './names.js';
import { quoteBody } from './quoting.js';

/** The tables. Every statement may be run again at any time. */
export function tablesSql(names: Names): string {
  return `-- What has to be delivered. Rows go when the server has acknowledged them. The lane is made of the stream, so that
-- events of one stream lie in one lane, in the order of their ids.
CREATE TABLE IF NOT EXISTS ${names.events} (
  lane smallint NOT NULL GENERATED ALWAYS AS ((hashtextextended(stream, 0) & ${LANES - 1})::smallint) STORED,
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  stream text NOT NULL,
  tenant text,
  event text NOT NULL CHECK (octet_length(event) <= ${EVENT_MAX_BYTES}),
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (lane, id)
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);

-- A relay locks the rows of the lanes that it delivers. Nothing else is ever done to them.
CREATE TABLE IF NOT EXISTS ${names.lanes} (lane smallint PRIMARY KEY);
INSERT INTO ${names.lanes} (lane) SELECT generate_series(0, ${LANES - 1}) ON CONFLICT DO NOTHING;

-- What the server will never take, and why.
CREATE TABLE IF NOT EXISTS ${names.deadLetters} (
  id bigint PRIMARY KEY,
  stream text NOT NULL,
  tenant text,
  event text NOT NULL,
  written_at timestamptz NOT NULL,
  refused_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  code text NOT NULL,
  reason text NOT NULL
);`;
}

/** Whether transactions that write events notify the relays at their commit. */
export function wakeSql(names: Names, notify: boolean): string {
  const made = notify
    ? `CREATE OR REPLACE TRIGGER outbox_wake AFTER INSERT ON ${names.events}
  FOR EACH STATEMENT EXECUTE FUNCTION ${names.wake}();`
    : `DROP TRIGGER IF EXISTS outbox_wake ON ${names.events};`;
  return `CREATE OR REPLACE FUNCTION ${names.wake}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS ${quoteBody(`BEGIN
  PERFORM pg_notify('${WAKE_CHANNEL}', '');
  RETURN NULL;
END`)};
${made}`;
}
