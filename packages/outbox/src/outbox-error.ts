/**
 * - `identifier-invalid`: no name that PostgreSQL could have for a table, a column or a schema.
 * - `capture-invalid`: a capture that hides its own key, or names a column twice over.
 * - `event-invalid`: no event: without an action, or nothing that JSON can say.
 * - `event-too-large`: an event of more than {@link EVENT_MAX_BYTES} bytes.
 * - `schema-missing`, `schema-outdated`: the tables are not there, or of an older version than this code needs.
 */
export type OutboxErrorCode =
  | 'identifier-invalid'
  | 'capture-invalid'
  | 'event-invalid'
  | 'event-too-large'
  | 'schema-missing'
  | 'schema-outdated';

/** What the outbox refuses; told apart by `code`. Failures of the database come through as the driver throws them. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError';
  readonly code: OutboxErrorCode;

  constructor(code: OutboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
