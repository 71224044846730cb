import { isBlobReference } from '../blob-reference.js';
import { operationOf, severityOf } from '../foreign-words.js';
import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { type Severity, severities } from '../vocabulary.js';
import { actionName } from './action-name.js';
import { compact, type Dialect, Leftovers, restore } from './dialect.js';
import type { ForeignPlaces } from './foreign-pointer.js';
import { foreignTime } from './foreign-time.js';
import { restoreMetadata, takeMetadata } from './free-metadata.js';
import { movableFields } from './movable-fields.js';
import { type Moves, moveBack, moveOut, notMoved } from './moves.js';
import { recordDialect } from './record-dialect.js';

const NAME = 'logs';

/** Where the members of a log entry go. An `ip_address` that is none is a `source.host`. */
export const logMoves: Moves = [
  ['timestamp', 'time'],
  ['user_id', 'actor.id'],
  ['session_id', 'session_id'],
  ['resource_type', 'targets.0.type'],
  ['resource_id', 'targets.0.id'],
  ['ip_address', 'source.ip'],
  ['ip_address', 'source.host'],
  ['user_agent', 'source.user_agent'],
  ['before_state', 'changes.before'],
  ['after_state', 'changes.after'],
  ['message', 'message'],
  ['request_id', 'request_id'],
];
const ID_MOVE: Moves = [['id', 'id']];
export const logPlaces: ForeignPlaces = {
  name: NAME,
  moves: logMoves,
  derived: [
    ['id', '_id'],
    ['id', 'id'],
    ['action', 'action'],
    ['operation', 'action'],
    ['severity', 'severity'],
  ],
};

/**
 * Entries of a log API: `{user_id, session_id, action, resource_type, resource_id, timestamp, ip_address, user_agent,
 * before_state, after_state, metadata, severity, message, request_id}`, where the action is `CREATE`, `UPDATE`,
 * `DELETE`, `VIEW` or another word, and the severity `INFO`, `WARNING`, `ERROR` or `CRITICAL`. In bulk: `{"logs": […]}`
 * or an array.
 *
 * Moved: see {@link logMoves}; a severity that is one of ours in capitals; the id, unless there is an `_id`, which then
 * is the event's id and stays. The members of `metadata` become members of ours. Derived: action (`order.update`),
 * operation, severity of other words. All else is kept under `metadata.logs`. Nothing is dropped.
 */
export const logsDialect: Dialect<JsonObject> = recordDialect({
  name: NAME,
  listedIn: 'logs',
  isRecord: ({ action }) => typeof action === 'string',
  refusal: 'A log entry is an object with an action.',
  toEvent,
  fromOwnEvent,
  fromOtherEvent,
});

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const { action, resource_type: resourceType, _id: databaseId } = record;
  const word = typeof action === 'string' ? action : '';
  const moved = moveOut(left, logMoves);
  const fields: Partial<EventInput> = {
    id: databaseId === undefined ? moveOut(left, ID_MOVE).id : idOfDatabase(databaseId),
    time: moved.time ?? foreignTime(record.timestamp),
    operation: operationOf(word),
    severity: takeSeverity(left),
  };
  const metadata = takeMetadata(left, NAME);
  return {
    ...moved,
    ...compact(fields),
    action: actionName(typeof resourceType === 'string' ? resourceType : 'log', word),
    metadata: { ...metadata, [NAME]: left.rest() },
  };
}

/** As text, or as MongoDB's extended JSON writes it. */
function idOfDatabase(value: unknown): string | undefined {
  const id = isPlainObject(value) ? value.$oid : value;
  return movableFields.id(id) ? (id as string) : undefined;
}

const isOurSeverity = (value: unknown): value is string =>
  typeof value === 'string' &&
  value === value.toUpperCase() &&
  (severities as readonly string[]).includes(value.toLowerCase());

function takeSeverity(left: Leftovers): Severity | undefined {
  const ours = left.take('severity', isOurSeverity);
  if (ours !== undefined) return ours.toLowerCase() as Severity;
  const other = left.read('severity');
  return typeof other === 'string' ? severityOf(other) : undefined;
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  restoreMetadata(record, event, NAME);
  moveBack(record, event, logMoves);
  if (!Object.hasOwn(record, '_id')) moveBack(record, event, ID_MOVE);
  restore(record, 'severity', event.severity?.toUpperCase());
  if (isBlobReference(event.changes)) restore(record, 'changes', event.changes);
  return record;
}

/** An event of elsewhere; what has no member there is `metadata.attestlog`. */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const record: JsonObject = {
    action: event.operation === 'read' ? 'VIEW' : (event.operation?.toUpperCase() ?? event.action),
    metadata: { ...event.metadata, attestlog: notMoved(event, logMoves, 'id', 'severity', 'metadata') as Json },
  };
  return fromOwnEvent({ ...event, metadata: {} }, record);
}
