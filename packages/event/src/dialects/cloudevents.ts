import { hasBlobKey } from '../blob-reference.js';
import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { idOfEvent, severityOfEvent, traceOfParent } from './cloudevents-meaning.js';
import { compact, type Dialect, Leftovers, restore } from './dialect.js';
import { actionOfType, operationOfType } from './event-type.js';
import { escapeWhole, unescapeForeign } from './foreign-json.js';
import { foreignTime } from './foreign-time.js';
import { type Moves, moveBack, moveOut } from './moves.js';
import { recordDialect } from './record-dialect.js';

/** Where the attributes of a CloudEvent go: those of the specification, and of its extensions for who and what for. */
export const cloudEventMoves: Moves = [
  ['time', 'time'],
  ['source', 'source.service'],
  ['subject', 'targets.0.id'],
  ['authtype', 'actor.type'],
  ['authid', 'actor.id'],
  ['correlationid', 'correlation_id'],
];

/**
 * CloudEvents 1.0 (CNCF), in the JSON format: single events (structured mode) and arrays of them (batched mode). For
 * the binary mode there is `cloudEventOfHttp`, which makes the same objects.
 *
 * Moved: see {@link cloudEventMoves}; `data` → request; `data_base64` → request, as `{"data_base64": …}`, so that large
 * data finds its place either way. Derived: id (from source and id, since a CloudEvent's is unique within its source
 * only), action and operation (from type), trace_id (from traceparent), severity (from severitynumber or severitytext).
 * All else, such as other extensions, is kept under `metadata.cloudevents`. Nothing is dropped.
 */
export const cloudEventsDialect: Dialect<JsonObject> = recordDialect({
  name: 'cloudevents',
  listedIn: 'events',
  isRecord: isCloudEvent,
  refusal: 'A CloudEvent is an object with specversion "1.0", and id, source and type that are not empty.',
  toEvent,
  fromOwnEvent,
  fromOtherEvent,
});

function isCloudEvent({ specversion, id, source, type }: Readonly<Record<string, unknown>>): boolean {
  return specversion === '1.0' && [id, source, type].every((text) => typeof text === 'string' && text !== '');
}

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const type = record.type as string;
  const moved = moveOut(left, cloudEventMoves);
  const fields: Partial<EventInput> = {
    id: idOfEvent(record.source as string, record.id as string),
    time: moved.time ?? foreignTime(record.time),
    operation: operationOfType(type),
    severity: severityOfEvent(record.severitynumber, record.severitytext),
    trace_id: traceOfParent(record.traceparent),
    request: takeData(left),
  };
  return {
    ...moved,
    ...compact(fields),
    action: actionOfType(type, 'cloudevent'),
    metadata: { cloudevents: left.rest() },
  };
}

function takeData(left: Leftovers): Json | undefined {
  const data = left.read('data');
  // Both is no CloudEvent; one of them would have to stay.
  if (Object.hasOwn(left.members, 'data_base64')) {
    if (Object.hasOwn(left.members, 'data')) return undefined;
    const base64 = left.take('data_base64', (value): value is string => typeof value === 'string' && isAscii(value));
    return base64 === undefined ? undefined : { data_base64: base64 };
  }
  if (!isBinary(data)) return left.takePayload('data');
  delete left.members.data;
  return escapeWhole(data);
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** Whether a payload has the shape that stands for binary data. */
function isBinary(payload: unknown): payload is { data_base64: string } {
  return isPlainObject(payload) && typeof payload.data_base64 === 'string' && Object.keys(payload).length === 1;
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  moveBack(record, event, cloudEventMoves);
  const { request } = event;
  if (request === undefined || Object.hasOwn(record, 'data') || Object.hasOwn(record, 'data_base64')) return record;
  if (isBinary(request)) restore(record, 'data_base64', request.data_base64);
  else restore(record, 'data', hasBlobKey(request) ? request : unescapeForeign(request));
  return record;
}

/** An event of elsewhere, as the data of a CloudEvent with its action as type. */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const { id, time, source, targets } = event;
  const service = typeof source?.service === 'string' && source.service !== '' ? source.service : 'attestlog';
  const record: JsonObject = { specversion: '1.0', id, source: encodeURI(service.toWellFormed()), type: event.action };
  restore(record, 'time', time);
  restore(record, 'subject', targets?.[0]?.id || undefined);
  return { ...record, datacontenttype: 'application/json', data: event as unknown as Json };
}
