import { hasBlobKey } from '../blob-reference.js';
import * as bounds from '../bounds.js';
import { canonicalJson } from '../canonical-json.js';
import { severityOf } from '../foreign-words.js';
import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { isMoment, parseTime } from '../time.js';
import { compact, type Dialect, fitsText, Leftovers, nestedLeftovers, restore } from './dialect.js';
import { actionOfType, operationOfType } from './event-type.js';
import { unescapeForeign } from './foreign-json.js';
import { timeOfNs } from './foreign-time.js';
import { type Draft, type Moves, moveBack, moveOut, notMoved } from './moves.js';
import { type AttributeMoves, attributesFor, closeAttributes, openAttributes } from './otlp-moves.js';
import { recordsOfRequest } from './otlp-request.js';
import { numberOfSeverity, severityOfNumber } from './otlp-severity.js';
import { recordDialect } from './record-dialect.js';

/**
 * Where the attributes of a log record go (OpenTelemetry's semantic conventions): of several for a field, the first
 * there is.
 */
export const logAttributeMoves: AttributeMoves = [
  ['log.record.uid', 'id'],
  ['user.id', 'actor.id'],
  ['enduser.id', 'actor.id'],
  ['user.name', 'actor.name'],
  ['user.full_name', 'actor.name'],
  ['user.email', 'actor.email'],
  ['client.address', 'source.ip'],
  ['source.address', 'source.ip'],
  ['network.peer.address', 'source.ip'],
  ['user_agent.original', 'source.user_agent'],
  ['session.id', 'session_id'],
  ['error.type', 'reason'],
];
/** The same for the attributes of a resource. */
export const resourceAttributeMoves: AttributeMoves = [
  ['service.name', 'source.service'],
  ['service.version', 'source.version'],
  ['host.name', 'source.host'],
  ['process.executable.name', 'source.process'],
  ['cloud.region', 'source.region'],
];
const logMoves: Moves = [['logRecord.traceId', 'trace_id']];

/**
 * OpenTelemetry log records, in the JSON mapping of OTLP (protobuf is to be decoded to that form first): integers of 64
 * bits are texts, `traceId` is hex. Each comes with its envelopes: `{resourceLogs, scopeLogs, logRecord}` (`recordsOf`
 * takes requests apart, `requestOfRecords` puts them together).
 *
 * Moved: traceId → trace_id; attributes as in {@link logAttributeMoves} and {@link resourceAttributeMoves}; a body that
 * is a text → message; another body → request. Attributes are kept as objects, to be found by name: see
 * NamedAttributes. Derived: time (timeUnixNano, else observedTimeUnixNano; both stay, digit for digit), action and
 * operation (from eventName), severity (from severityNumber, else severityText). All else is kept under
 * `metadata.otlp`. Nothing is dropped; of an event that came without a time, the way back has the time of its receipt
 * as timeUnixNano.
 */
export const otlpDialect: Dialect<JsonObject> = {
  ...recordDialect({
    name: 'otlp',
    listedIn: 'resourceLogs',
    isRecord: ({ logRecord }) => isPlainObject(logRecord),
    refusal: 'A log record of OTLP is an object in the logRecords of scopeLogs of resourceLogs.',
    toEvent,
    fromOwnEvent,
    fromOtherEvent,
  }),
  recordsOf: recordsOfRequest,
};

const isMessage = fitsText(bounds.MESSAGE_MAX_CHARS);

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const draft: Draft = moveOut(left, logMoves);
  const log = nestedLeftovers(left, 'logRecord') as Leftovers;
  openAttributes(log, logAttributeMoves, draft);
  const resourceLogs = nestedLeftovers(left, 'resourceLogs');
  const resource = resourceLogs && nestedLeftovers(resourceLogs, 'resource');
  if (resource !== undefined) openAttributes(resource, resourceAttributeMoves, draft);
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, eventName } = log.members;
  const name = typeof eventName === 'string' && eventName !== '' ? eventName : undefined;
  const fields: Partial<EventInput> = {
    time: timeOfCount(timeUnixNano) ?? timeOfCount(observedTimeUnixNano),
    operation: name === undefined ? undefined : operationOfType(name),
    severity:
      severityOfNumber(severityNumber) ?? (typeof severityText === 'string' ? severityOf(severityText) : undefined),
    message: takeMessage(log),
    request: log.takePayload('body'),
  };
  const action = name === undefined ? 'log.record' : actionOfType(name, 'log');
  return { ...draft, ...compact(fields), action, metadata: { otlp: left.rest() } };
}

/** 64-bit nanoseconds as a text, or as a number, which some senders write; 0 is unknown. */
function timeOfCount(count: unknown): string | undefined {
  if (typeof count === 'string' ? !/^[1-9]\d{0,19}$/.test(count) : !Number.isInteger(count)) return undefined;
  const ns = BigInt(count as string | number);
  return ns > 0n ? timeOfNs(ns) : undefined;
}

/** The text of a body `{"stringValue": …}`. */
function takeMessage(log: Leftovers): string | undefined {
  const body = log.read('body');
  if (!isPlainObject(body) || Object.keys(body).length !== 1 || !isMessage(body.stringValue)) return undefined;
  delete log.members.body;
  return body.stringValue;
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  const log = record.logRecord;
  if (!isPlainObject(log)) return fromOtherEvent(event);
  const logRecord = log as JsonObject;
  moveBack(record, event, logMoves);
  closeAttributes(logRecord, logAttributeMoves, event);
  const resource = isPlainObject(record.resourceLogs) ? record.resourceLogs.resource : undefined;
  if (isPlainObject(resource)) closeAttributes(resource as JsonObject, resourceAttributeMoves, event);
  if (event.message !== undefined) restore(logRecord, 'body', { stringValue: event.message });
  else if (event.request !== undefined) {
    restore(logRecord, 'body', hasBlobKey(event.request) ? event.request : unescapeForeign(event.request));
  }
  // Whatever was sent as a time is there still; this one is the server's.
  if (event.received_at !== undefined && logRecord.observedTimeUnixNano === undefined) {
    restore(logRecord, 'timeUnixNano', countOf(event.time));
  }
  return record;
}

function countOf(time: string): string | undefined {
  const moment = parseTime(time);
  return isMoment(moment) && moment.ns > 0n ? String(moment.ns) : undefined;
}

/**
 * An event of elsewhere: attributes for what has a convention; the rest is the attribute `attestlog.event`, as JSON.
 */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const { action, time, message, severity, trace_id: traceId } = event;
  const attributes = attributesFor(event, logAttributeMoves);
  const moved: Moves = [...logAttributeMoves, ...resourceAttributeMoves];
  const rest = notMoved(event, moved, 'action', 'time', 'message', 'severity', 'trace_id');
  attributes.push({ key: 'attestlog.event', value: { stringValue: canonicalJson(rest) } });
  const logRecord: JsonObject = { eventName: action, attributes };
  restore(logRecord, 'timeUnixNano', countOf(time));
  restore(logRecord, 'severityNumber', severity && numberOfSeverity(severity));
  restore(logRecord, 'traceId', traceId);
  if (message !== undefined) logRecord.body = { stringValue: message };
  const resource = { attributes: attributesFor(event, resourceAttributeMoves) as Json[] };
  return { resourceLogs: { resource }, scopeLogs: { scope: { name: 'attestlog' } }, logRecord };
}
