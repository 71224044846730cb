export { actAs } from './act-as.js';
export { BACKLOG_COUNT_MAX, type Backlog, readBacklog } from './backlog.js';
export type { Database, QueryAnswer, Queryable } from './database.js';
export { type DeadLetter, listDeadLetters, removeDeadLetters, requeueDeadLetters } from './dead-letters.js';
export { drizzleQueryable } from './drivers/drizzle.js';
export { kyselyQueryable } from './drivers/kysely.js';
export { type PgPool, pgDatabase } from './drivers/pg.js';
export { createOutbox, type Outbox, type OutboxOptions, type OutboxOutcome, type Placement } from './outbox.js';
export { OutboxError, type OutboxErrorCode } from './outbox-error.js';
export { auditLogSender } from './relay/audit-log-sender.js';
export { batchRouteSender, type ServerOptions } from './relay/batch-route-sender.js';
export type { EventSender, SendAnswer, SendFailure, Verdict } from './relay/event-sender.js';
export {
  drainOutbox,
  type Relay,
  type RelayNotice,
  type RelayOptions,
  type RelayStats,
  startRelay,
} from './relay/relay.js';
export { EVENT_MAX_BYTES } from './schema/bounds.js';
export { type Capture, captureTriggerSql, dropCaptureTriggerSql } from './schema/capture-trigger-sql.js';
export { outboxGrantsSql } from './schema/grants-sql.js';
export {
  type Migration,
  outboxMigrations,
  outboxSchemaSql,
  SCHEMA_VERSION,
  type SchemaOptions,
} from './schema/outbox-schema-sql.js';
export { streamOf } from './stream.js';
