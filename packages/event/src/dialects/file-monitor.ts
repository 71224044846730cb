import { operationOf } from '../foreign-words.js';
import { isPlainObject, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { actionName } from './action-name.js';
import { type Dialect, Leftovers } from './dialect.js';
import type { ForeignPlaces } from './foreign-pointer.js';
import { foreignTime } from './foreign-time.js';
import { restoreMetadata, takeMetadata } from './free-metadata.js';
import { type Moves, moveBack, moveOut, notMoved } from './moves.js';
import { recordDialect } from './record-dialect.js';

const NAME = 'file-monitor';

/** Where the members of a change of a file go. Renames may name the path and the checksum of before in `metadata`. */
export const fileMonitorMoves: Moves = [
  ['id', 'id'],
  ['timestamp_utc', 'time'],
  ['event_type.type', 'file.change'],
  ['event_type.modification_type', 'file.modification'],
  ['file_path', 'file.path'],
  ['user_id', 'actor.id'],
  ['process_name', 'source.process'],
  ['checksum', 'file.checksum'],
  ['file_size', 'file.size'],
  ['metadata.session_id', 'session_id'],
  ['metadata.agent_id', 'source.agent_id'],
  ['metadata.task_id', 'source.task_id'],
  ['metadata.diff', 'file.diff'],
  ['metadata.lines_added', 'file.lines_added'],
  ['metadata.lines_removed', 'file.lines_removed'],
  ['metadata.previous_path', 'file.previous_path'],
  ['metadata.previous_checksum', 'file.previous_checksum'],
];
export const fileMonitorPlaces: ForeignPlaces = {
  name: NAME,
  moves: fileMonitorMoves,
  derived: [
    ['action', 'event_type.type'],
    ['operation', 'event_type.type'],
  ],
};

/**
 * Changes of files, as a monitor of a folder writes them, one JSON object a line: `{id, timestamp_utc, event_type:
 * {type, modification_type}, file_path, user_id, process_name, checksum, file_size, metadata}`. Envelope: `{"events":
 * […]}`.
 *
 * Moved: see {@link fileMonitorMoves}; a time keeps its nanoseconds. The rest of `metadata` becomes members of our
 * metadata. Derived: action (`file.modified`), operation, actor.type. All else, such as a `tenant_id`, what is null and
 * what does not fit, is kept under `metadata.file-monitor`. Nothing is dropped.
 */
export const fileMonitorDialect: Dialect<JsonObject> = recordDialect({
  name: NAME,
  listedIn: 'events',
  isRecord: ({ event_type, file_path }) => isPlainObject(event_type) && typeof file_path === 'string',
  refusal: 'A change of a file is an object with event_type {type} and file_path.',
  toEvent,
  fromOwnEvent,
  fromOtherEvent,
});

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const fields = moveOut(left, fileMonitorMoves);
  const type = isPlainObject(record.event_type) ? record.event_type.type : undefined;
  const change = typeof type === 'string' ? type : 'changed';
  const time = fields.time ?? foreignTime(record.timestamp_utc);
  const operation = operationOf(change);
  const metadata = takeMetadata(left, NAME);
  return {
    ...fields,
    ...(time === undefined ? {} : { time }),
    action: actionName('file', change),
    ...(operation === undefined ? {} : { operation }),
    ...(fields.actor === undefined ? {} : { actor: { type: 'user', ...fields.actor } }),
    metadata: { ...metadata, [NAME]: left.rest() },
  };
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  restoreMetadata(record, event, NAME);
  moveBack(record, event, fileMonitorMoves);
  return record;
}

/** An event of elsewhere: members that it has nothing for are null, and what has no member is `metadata.attestlog`. */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const record: JsonObject = {
    event_type: event.file?.change === undefined ? { type: event.action } : {},
    metadata: { ...event.metadata, attestlog: notMoved(event, fileMonitorMoves, 'metadata') },
  };
  moveBack(record, event, fileMonitorMoves, true);
  return { file_path: '', user_id: null, process_name: '', checksum: null, file_size: null, ...record };
}
