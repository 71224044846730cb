import { operationOf, outcomeOf } from '../foreign-words.js';
import type { Json, JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import type { Outcome } from '../vocabulary.js';
import { actionName } from './action-name.js';
import { compact, type Dialect, Leftovers, restore } from './dialect.js';
import type { ForeignPlaces } from './foreign-pointer.js';
import { foreignTime } from './foreign-time.js';
import { restoreMetadata, takeMetadata } from './free-metadata.js';
import { type Moves, moveBack, moveOut, notMoved } from './moves.js';
import { recordDialect } from './record-dialect.js';

const NAME = 'audit-events';

/** Where the members of an audit event of a warehouse go. An `ip_address` that is none is a `source.host`. */
export const auditEventMoves: Moves = [
  ['audit_id', 'id'],
  ['timestamp', 'time'],
  ['event_type', 'category'],
  ['user_id', 'actor.id'],
  ['session_id', 'session_id'],
  ['ip_address', 'source.ip'],
  ['ip_address', 'source.host'],
  ['user_agent', 'source.user_agent'],
  ['resource_type', 'targets.0.type'],
  ['resource_id', 'targets.0.id'],
  ['status', 'outcome'],
  ['request_data', 'request'],
  ['response_data', 'response'],
  ['service_name', 'source.service'],
  ['correlation_id', 'correlation_id'],
  ['retention_period_days', 'retention_days'],
];
export const auditEventPlaces: ForeignPlaces = {
  name: NAME,
  moves: auditEventMoves,
  derived: [
    ['action', 'action'],
    ['action', 'event_type'],
    ['operation', 'action'],
    ['operation', 'event_type'],
  ],
};

/**
 * Events of an audit framework on a data warehouse: `{audit_id, timestamp, event_type, user_id, session_id, ip_address,
 * user_agent, resource_type, resource_id, action, status, request_data, response_data, metadata, tenant_id,
 * service_name, correlation_id, retention_period_days, created_at, partition_date}`. Batches: `{"events": […]}` or an
 * array.
 *
 * Moved: see {@link auditEventMoves}; the members of `metadata` become members of ours. Derived: action
 * (`invoice.export`), operation, and the outcome of another status (`FAILED`, `403`). All else is kept under
 * `metadata.audit-events`. Nothing is dropped. Of an event that was admitted, the way back has `created_at` (when the
 * server received it) and `partition_date` too, where the sender gave none.
 */
export const auditEventsDialect: Dialect<JsonObject> = recordDialect({
  name: NAME,
  listedIn: 'events',
  isRecord: ({ action, event_type }) => typeof action === 'string' || typeof event_type === 'string',
  refusal: 'An audit event is an object with an event_type or an action.',
  toEvent,
  fromOwnEvent,
  fromOtherEvent,
});

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const { action, event_type: eventType, resource_type: resourceType, service_name: service } = record;
  const moved = moveOut(left, auditEventMoves);
  const word = [action, eventType].find((text) => typeof text === 'string') as string;
  const fields: Partial<EventInput> = {
    time: moved.time ?? foreignTime(record.timestamp),
    operation: operationOf(word),
    outcome: moved.outcome ?? outcomeOfStatus(record.status),
  };
  const metadata = takeMetadata(left, NAME);
  return {
    ...moved,
    ...compact(fields),
    action: actionOf(word, [resourceType, service]),
    metadata: { ...metadata, [NAME]: left.rest() },
  };
}

/** A word that is `noun.verb` already stays in its parts; another gets the first noun that the record has. */
function actionOf(word: string, nouns: readonly unknown[]): string {
  const [first, second, ...others] = word.slice(0, 256).split('.');
  if (first !== undefined && second !== undefined) return actionName(first, second, ...others.slice(0, 6));
  const noun = nouns.find((text) => typeof text === 'string' && text !== '');
  return actionName(typeof noun === 'string' ? noun : 'audit', word);
}

/** From a word, or a status code of HTTP. */
function outcomeOfStatus(status: unknown): Outcome | undefined {
  const code = typeof status === 'string' && /^[1-5]\d\d$/.test(status) ? Number(status) : status;
  if (typeof code === 'string') return outcomeOf(code);
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 200 || code > 599) return undefined;
  if (code === 401 || code === 403) return 'denied';
  return code >= 400 ? 'failure' : 'success';
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  restoreMetadata(record, event, NAME);
  moveBack(record, event, auditEventMoves);
  restore(record, 'created_at', event.received_at);
  restore(record, 'partition_date', event.received_at && event.time?.slice(0, 'YYYY-MM-DD'.length));
  return record;
}

/** An event of elsewhere; what has no member there is `metadata.attestlog`. */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const rest = notMoved(event, auditEventMoves, 'action', 'metadata', 'received_at');
  const record: JsonObject = {
    event_type: event.category ?? event.operation ?? event.action,
    action: event.action,
    metadata: { ...event.metadata, ...(Object.keys(rest).length === 0 ? {} : { attestlog: rest as Json }) },
  };
  return fromOwnEvent({ ...event, metadata: {} }, record);
}
