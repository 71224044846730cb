import { type Queryable, rowsOf } from '../database.js';
import { OutboxError } from '../outbox-error.js';
import { DEFAULT_SCHEMA, namesIn } from './names.js';
import { SCHEMA_VERSION } from './outbox-schema-sql.js';

/**
 * Whether the tables are there and new enough. Newer ones are fine: a version only ever adds.
 *
 * @throws OutboxError `schema-missing` or `schema-outdated`
 */
export async function requireSchema(tx: Queryable, schema: string = DEFAULT_SCHEMA): Promise<void> {
  const { migrations } = namesIn(schema);
  const found = rowsOf<{ present: boolean }>(
    await tx.query('SELECT to_regclass($1::text) IS NOT NULL AS present', [migrations]),
  );
  if (found[0]?.present !== true) {
    throw new OutboxError(
      'schema-missing',
      `There is no outbox in the schema ${schema}: run what outboxSchemaSql() gives.`,
    );
  }
  const [row] = rowsOf<{ version: number | string | null }>(
    await tx.query(`SELECT max(version) AS version FROM ${migrations}`, []),
  );
  const version = Number(row?.version ?? 0);
  if (version < SCHEMA_VERSION) {
    throw new OutboxError(
      'schema-outdated',
      `The outbox in the schema ${schema} has version ${version}, and ${SCHEMA_VERSION} is needed: run what outboxSchemaSql() gives.`,
    );
  }
}
