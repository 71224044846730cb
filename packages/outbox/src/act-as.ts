import { type AuditContext, currentContext } from '@attestlog/client';
import type { Queryable } from './database.js';

/**
 * Tells the triggers who acts, until the end of the transaction: they write it into the events of captured rows. What
 * `as` leaves out is taken from the context of `@attestlog/client`.
 *
 * It is the application's word; the events also name the role that was logged in to the database.
 */
export async function actAs(tx: Queryable, as: AuditContext = {}): Promise<void> {
  const { actor, on_behalf_of, tenant, session_id, request_id, correlation_id, trace_id } = {
    ...currentContext(),
    ...as,
  };
  const acting = on_behalf_of === undefined ? actor : { ...actor, on_behalf_of };
  const context = { tenant, session_id, request_id, correlation_id, trace_id };
  await tx.query("SELECT set_config('attestlog.actor', $1, true), set_config('attestlog.context', $2, true)", [
    acting === undefined ? '' : JSON.stringify(acting),
    JSON.stringify(context),
  ]);
}
