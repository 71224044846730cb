import { OutboxError } from '../outbox-error.js';
import { namesIn } from './names.js';
import { quoteIdentifier, quoteLiteral } from './quoting.js';

/** Which table is captured and what of it is kept. Names are exactly as in the catalogue: nothing is folded or split. */
export interface Capture {
  table: string;
  /** The table's schema; `public` by default. */
  tableSchema?: string;
  /** First part of the events' actions and type of their targets: `order` gives `order.create`. By default the table's name. */
  noun?: string;
  /** Columns of the primary key, in their order; `['id']` by default. They make the target's id. */
  primaryKey?: readonly string[];
  /** Columns whose values are nowhere in an event. That they changed is. */
  leaveOut?: readonly string[];
  /** Columns whose values are replaced by `[masked]`; NULL stays NULL. */
  mask?: readonly string[];
  /** When given, all other columns are left out, later ones included. */
  only?: readonly string[];
  /** Where the outbox's tables are; `attestlog` by default. */
  schema?: string;
}

const NOUN = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*$/;
/** An action has at most 256 characters, a verb included. */
const NOUN_MAX_CHARS = 240;
const ROW_TRIGGER = 'attestlog_capture';
const TRUNCATE_TRIGGER = 'attestlog_capture_truncate';

/**
 * Triggers that write an event for each row that is inserted, updated or deleted, and one for a truncation, as SQL to
 * review and run (PostgreSQL 14 or newer) after `outboxSchemaSql`. May be run again to change what is captured.
 *
 * @throws OutboxError `identifier-invalid` for what can be no name, `capture-invalid` for a noun that no action can begin
 *   with, and for a key that would be hidden
 */
export function captureTriggerSql(capture: Capture): string {
  const names = namesIn(capture.schema);
  const table = qualified(capture);
  const settings = settingsOf(capture);
  const columns = [...new Set([settings.key, settings.leave_out, settings.mask, settings.only ?? []].flat())];
  const call = `${names.captureRow}(${quoteLiteral(JSON.stringify(settings))})`;
  return `SELECT ${names.requireColumns}(${quoteLiteral(table)}::regclass, ARRAY[${columns.map(quoteLiteral).join(', ')}]::text[]);
CREATE OR REPLACE TRIGGER ${ROW_TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON ${table}
  FOR EACH ROW EXECUTE FUNCTION ${call};
CREATE OR REPLACE TRIGGER ${TRUNCATE_TRIGGER} AFTER TRUNCATE ON ${table}
  FOR EACH STATEMENT EXECUTE FUNCTION ${call};
`;
}

/** Takes the triggers of {@link captureTriggerSql} away. */
export function dropCaptureTriggerSql(capture: Pick<Capture, 'table' | 'tableSchema'>): string {
  const table = qualified(capture);
  return `DROP TRIGGER IF EXISTS ${ROW_TRIGGER} ON ${table};
DROP TRIGGER IF EXISTS ${TRUNCATE_TRIGGER} ON ${table};
`;
}

interface CaptureSettings {
  noun: string;
  key: readonly string[];
  leave_out: readonly string[];
  mask: readonly string[];
  only?: readonly string[];
}

function settingsOf({
  table,
  noun = table,
  primaryKey = ['id'],
  leaveOut = [],
  mask = [],
  only,
}: Capture): CaptureSettings {
  if (!NOUN.test(noun) || noun.length > NOUN_MAX_CHARS) {
    throw new OutboxError(
      'capture-invalid',
      `No action can begin with ${JSON.stringify(noun)}: give a noun like "order".`,
    );
  }
  if (primaryKey.length === 0) throw new OutboxError('capture-invalid', 'The primary key needs at least one column.');
  for (const column of [...primaryKey, ...leaveOut, ...mask, ...(only ?? [])]) quoteIdentifier(column);
  const hidden = primaryKey.find((column) => leaveOut.includes(column) || mask.includes(column));
  if (hidden !== undefined) {
    throw new OutboxError(
      'capture-invalid',
      `The column ${JSON.stringify(hidden)} is in the target's id, so it cannot be hidden.`,
    );
  }
  return { noun, key: primaryKey, leave_out: leaveOut, mask, ...(only === undefined ? {} : { only }) };
}

function qualified({ table, tableSchema = 'public' }: Pick<Capture, 'table' | 'tableSchema'>): string {
  return `${quoteIdentifier(tableSchema)}.${quoteIdentifier(table)}`;
}
