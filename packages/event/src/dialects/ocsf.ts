import { TARGETS_MAX_ITEMS } from '../bounds.js';
import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent, Target } from '../schema.js';
import { isMoment, parseTime } from '../time.js';
import { compact, type Dialect, Leftovers, restore } from './dialect.js';
import { type Moves, moveBack, moveOut, notMoved } from './moves.js';
import { API_ACTIVITY, AUTHENTICATION, activityIdOf, categoryOf, classNameOf } from './ocsf-classes.js';
import {
  actionOf,
  idOfSeverity,
  operationOfActivity,
  outcomeOfRecord,
  severityOfRecord,
  targetsOfRecord,
  timeOfRecord,
} from './ocsf-meaning.js';
import { recordDialect } from './record-dialect.js';

/** Where members go whatever the class. */
export const ocsfMoves: Moves = [
  ['metadata.uid', 'id'],
  ['metadata.correlation_uid', 'correlation_id'],
  ['message', 'message'],
  ['src_endpoint.ip', 'source.ip'],
  ['src_endpoint.hostname', 'source.host'],
  ['http_request.user_agent', 'source.user_agent'],
  ['api.service.name', 'source.service'],
  ['cloud.region', 'source.region'],
  ['api.response.data', 'response'],
];
export const actorMoves: Moves = [
  ['actor.user.uid', 'actor.id'],
  ['actor.user.name', 'actor.name'],
  ['actor.user.email_addr', 'actor.email'],
];
/** Of an authentication without an actor: the user who logs on. */
export const authenticatedMoves: Moves = [
  ['user.uid', 'actor.id'],
  ['user.name', 'actor.name'],
  ['user.email_addr', 'actor.email'],
];
/** The user that was acted on. */
export const targetMoves: Moves = [
  ['user.uid', 'targets.0.id'],
  ['user.name', 'targets.0.name'],
];
export const sessionMoves: Moves = [['session.uid', 'session_id']];
export const actorSessionMoves: Moves = [['actor.session.uid', 'session_id']];
export const requestMoves: Moves = [
  ['api.request.uid', 'request_id'],
  ['api.request.data', 'request'],
];
export const noRequestMoves: Moves = [
  ['http_request.uid', 'request_id'],
  ['raw_data', 'request'],
];
export const responseMoves: Moves = [['api.response.error', 'reason']];
export const noResponseMoves: Moves = [['status_detail', 'reason']];

/**
 * Events of the Open Cybersecurity Schema Framework, 1.x (the names of 1.8): whole for the classes of identity and
 * access (3001 to 3007), API (6003), web resource and datastore activity (6001, 6005) and network activity (4001);
 * another class is mapped by what it shares with them and by the names that it brings (`class_name`, `activity_name`).
 *
 * Moved: see {@link ocsfMoves}; who acted from `actor.user`, or of an authentication (3002) without one from `user`,
 * which else is the first target; session_id from `session`, else `actor.session`; request_id and request from
 * `api.request`, else from `http_request.uid` and `raw_data`; reason from `api.response.error`, else `status_detail`.
 * Derived: time, action, operation, category, outcome, severity, actor.type, further targets. All else is kept under
 * `metadata.ocsf`, digit for digit. Nothing is dropped.
 */
export const ocsfDialect: Dialect<JsonObject> = recordDialect({
  name: 'ocsf',
  listedIn: 'events',
  isRecord: ({ class_uid }) => Number.isSafeInteger(class_uid),
  refusal: 'An OCSF event is an object with class_uid.',
  toEvent,
  fromOwnEvent,
  fromOtherEvent,
});

/** Which members go where: decided by what stays in a record in any case, its class and its objects. */
function movesOf(record: Readonly<Record<string, unknown>>): Moves {
  const { actor, user, session, api, class_uid: classUid } = record;
  const hasActor = isPlainObject(actor) && isPlainObject(actor.user);
  const isAuthenticated = !hasActor && classUid === AUTHENTICATION && isPlainObject(user);
  const hasRequest = isPlainObject(api) && isPlainObject(api.request);
  const hasResponse = isPlainObject(api) && isPlainObject(api.response);
  return [
    ...ocsfMoves,
    ...(hasActor ? actorMoves : isAuthenticated ? authenticatedMoves : []),
    ...(isPlainObject(user) && !isAuthenticated ? targetMoves : []),
    ...(isPlainObject(session) ? sessionMoves : actorSessionMoves),
    ...(hasRequest ? requestMoves : noRequestMoves),
    ...(hasResponse ? responseMoves : noResponseMoves),
  ];
}

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const moved = moveOut(left, movesOf(record));
  const targets = targetsOf(record, moved.targets?.[0]);
  const fields: Partial<EventInput> = {
    time: timeOfRecord(record),
    operation: operationOfActivity(record),
    category: categoryOf(record.class_uid),
    actor: moved.actor && { ...actorTypeOf(record), ...moved.actor },
    targets,
    outcome: outcomeOfRecord(record),
    severity: severityOfRecord(record),
  };
  return { ...moved, ...compact(fields), action: actionOf(record), metadata: { ocsf: left.rest() } };
}

/** A user that was acted on stands first, where the way back looks for it, even when it has no name there. */
function targetsOf(record: Record<string, unknown>, user: Target | undefined): Target[] | undefined {
  const others = targetsOfRecord(record, TARGETS_MAX_ITEMS - 1);
  if (!movesOf(record).includes(targetMoves[0] as Moves[number])) return others.length === 0 ? undefined : others;
  return user === undefined && others.length === 0 ? undefined : [{ type: 'user', ...user }, ...others];
}

const userTypes: Readonly<Record<number, string>> = { 1: 'user', 2: 'user', 3: 'system', 4: 'service' };

function actorTypeOf({ actor, user }: Record<string, unknown>): { type?: string } {
  const party = isPlainObject(actor) && isPlainObject(actor.user) ? actor.user : user;
  const type = isPlainObject(party) && typeof party.type_id === 'number' ? userTypes[party.type_id] : undefined;
  return type === undefined ? {} : { type };
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  moveBack(record, event, movesOf(record));
  return record;
}

/**
 * An event of elsewhere: of authentication for logins and logouts, else of API activity. What has no member is
 * `unmapped`.
 */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const isLogin = event.operation === 'login' || event.operation === 'logout';
  const classUid = isLogin ? AUTHENTICATION : API_ACTIVITY;
  const activityId = activityIdOf(classUid, event.operation) ?? 99;
  const moment = parseTime(event.time);
  const record: JsonObject = {
    category_uid: Math.floor(classUid / 1_000),
    class_uid: classUid,
    class_name: classNameOf(classUid) as string,
    activity_id: activityId,
    activity_name: event.operation ?? event.action,
    type_uid: classUid * 100 + activityId,
    time: isMoment(moment) ? Number(moment.ns / 1_000_000n) : 0,
    time_dt: event.time,
    severity_id: idOfSeverity(event.severity),
    status_id: event.outcome === undefined ? 0 : event.outcome === 'success' ? 1 : 2,
    metadata: { version: '1.8.0', product: { name: 'Attestlog', vendor_name: 'Attestlog' } },
    api: { operation: event.action, request: {}, response: {} },
    ...(isLogin ? { user: {} } : { actor: { user: {} }, src_endpoint: {} }),
  };
  const moves = movesOf(record);
  moveBack(record, event, moves, true);
  restore(record, 'status', event.outcome);
  if (Array.isArray(event.targets)) record.resources = event.targets.map(resourceOf) as Json;
  const rest = notMoved(event, moves, 'time', 'action', 'operation', 'severity', 'outcome', 'targets');
  return { ...record, unmapped: rest };
}

function resourceOf({ type, id, name }: NonNullable<StoredEvent['targets']>[number]): object {
  return compact({ type, uid: id, name }) ?? {};
}
