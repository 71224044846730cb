import { quoteIdentifier } from './quoting.js';

export const DEFAULT_SCHEMA = 'attestlog';
/** The channel of LISTEN and NOTIFY, of all outboxes in a database: being woken for nothing does no harm. */
export const WAKE_CHANNEL = 'attestlog_outbox';

/** The outbox's objects, quoted, with their schema. */
export interface Names {
  readonly schema: string;
  readonly events: string;
  readonly lanes: string;
  readonly deadLetters: string;
  readonly migrations: string;
  readonly wake: string;
  readonly visibleRow: string;
  readonly captureRow: string;
  readonly requireColumns: string;
}

/** @throws OutboxError `identifier-invalid` */
export function namesIn(schema: string = DEFAULT_SCHEMA): Names {
  const quoted = quoteIdentifier(schema);
  return {
    schema: quoted,
    events: `${quoted}.outbox_event`,
    lanes: `${quoted}.outbox_lane`,
    deadLetters: `${quoted}.outbox_dead_letter`,
    migrations: `${quoted}.outbox_migration`,
    wake: `${quoted}.outbox_wake`,
    visibleRow: `${quoted}.outbox_visible_row`,
    captureRow: `${quoted}.outbox_capture_row`,
    requireColumns: `${quoted}.outbox_require_columns`,
  };
}
