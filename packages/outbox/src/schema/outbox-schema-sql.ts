import { captureFunctionSql } from './capture-function-sql.js';
import { type Names, namesIn } from './names.js';
import { quoteLiteral } from './quoting.js';
import { tablesSql, wakeSql } from './tables-sql.js';

/** The version of the tables that this code works with. */
export const SCHEMA_VERSION = 1;

export interface SchemaOptions {
  /** Where the outbox's tables are; made when it is not there. `attestlog` by default. */
  schema?: string;
  /**
   * Whether writing transactions wake the relays by NOTIFY. Without it (the default) relays poll. NOTIFY makes the commits
   * of all writing transactions of the database wait for one another.
   */
  notify?: boolean;
}

/** One step of the tables' history. Tools for migrations that keep their own account run the steps that they lack. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/**
 * The steps that make the tables, from the first. Each may be run again at any time, and by several at once when it is
 * sent as one text.
 *
 * @throws OutboxError `identifier-invalid` when `schema` can be no name
 */
export function outboxMigrations({ schema, notify = false }: SchemaOptions = {}): Migration[] {
  const names = namesIn(schema);
  const steps = [`${tablesSql(names)}\n\n${wakeSql(names, notify)}\n\n${captureFunctionSql(names)}`];
  return steps.map((step, index) => ({ version: index + 1, sql: numbered(names, index + 1, step) }));
}

/**
 * All steps as one text to review and run (PostgreSQL 14 or newer): it makes what is not there and brings what is there up
 * to date. Has no BEGIN and COMMIT, so that a migration tool can run it in a transaction of its own.
 *
 * @throws OutboxError `identifier-invalid` when `schema` can be no name
 */
export function outboxSchemaSql(options: SchemaOptions = {}): string {
  return outboxMigrations(options)
    .map(({ sql }) => sql)
    .join('\n');
}

function numbered(names: Names, version: number, step: string): string {
  const guard = `SELECT pg_advisory_xact_lock(hashtextextended(${quoteLiteral(`attestlog outbox ${names.schema}`)}, 0));`;
  const account = `CREATE TABLE IF NOT EXISTS ${names.migrations} (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);`;
  return `-- Outbox of audit events, version ${version}.
-- Two that migrate at once wait for one another.
${guard}
CREATE SCHEMA IF NOT EXISTS ${names.schema};
${account}

${step}

INSERT INTO ${names.migrations} (version) VALUES (${version}) ON CONFLICT DO NOTHING;
`;
}
