import * as bounds from '../bounds.js';
import { canonicalJson } from '../canonical-json.js';
import { ID_PATTERN } from '../event-patterns.js';
import { isIpAddress } from '../ip-address.js';
import { isPlainObject, type JsonObject } from '../json-value.js';
import type { EventInput, Source, StoredEvent } from '../schema.js';
import { compact, type Dialect, fitsText, Leftovers, nestedLeftovers, restore } from './dialect.js';
import {
  actionOf,
  actorTypeOf,
  operationOfRequest,
  outcomeOfRequest,
  targetsOfRequest,
  timeOfRequest,
} from './kubernetes-meaning.js';
import { recordDialect, restorePayload } from './record-dialect.js';

/**
 * Kubernetes audit events, `audit.k8s.io/v1` and `v1beta1`: an EventList as the webhook sends it (whose items have no
 * kind), an array, or single events as in a log file.
 *
 * Moved: auditID → id, as `auditID:stage`, since a request has an event for each of its stages; user.username →
 * actor.id; impersonatedUser.username → actor.on_behalf_of.id (the actor is who authenticated); the last of sourceIPs →
 * source.ip (clients can set all but the last); userAgent → source.user_agent; responseStatus.reason and message →
 * reason and message; requestObject → request; responseObject → response. A value that does not fit its field stays.
 * Derived: time (stageTimestamp, else timestamp, else requestReceivedTimestamp; all of them stay, digit for digit),
 * action, operation, outcome, targets, request_id (the auditID), actor.type. All else is kept under
 * `metadata.kubernetes`, what our rules refuse as `{"$json": …}`. Nothing is dropped.
 */
export const kubernetesDialect: Dialect<JsonObject> = recordDialect({
  name: 'kubernetes',
  listedIn: 'items',
  isRecord: isAuditEvent,
  refusal: 'A Kubernetes audit event is an object of audit.k8s.io with kind Event, auditID and stage.',
  toEvent,
  fromOwnEvent,
  fromOtherEvent,
});

function isAuditEvent(record: Readonly<Record<string, unknown>>): boolean {
  const { kind = 'Event', apiVersion = 'audit.k8s.io/', auditID, stage } = record;
  const ours = kind === 'Event' && typeof apiVersion === 'string' && apiVersion.startsWith('audit.k8s.io/');
  return ours && (typeof auditID === 'string' || typeof stage === 'string');
}

const isReference = fitsText(bounds.REFERENCE_MAX_CHARS);

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const auditId = record.auditID;
  const status = nestedLeftovers(left, 'responseStatus');
  const fields: Omit<EventInput, 'action' | 'metadata'> = {
    id: takeId(left),
    time: timeOfRequest(record),
    operation: operationOfRequest(record),
    actor: takeActor(left),
    targets: targetsOfRequest(record),
    outcome: outcomeOfRequest(record),
    reason: status?.take('reason', fitsText(bounds.REASON_MAX_CHARS)),
    source: takeSource(left),
    request_id: isReference(auditId) ? auditId : undefined,
    message: status?.take('message', fitsText(bounds.MESSAGE_MAX_CHARS)),
    request: left.takePayload('requestObject'),
    response: left.takePayload('responseObject'),
  };
  return { ...compact(fields), action: actionOf(record), metadata: { kubernetes: left.rest() } };
}

/** The stage stays, so that the way back knows what to cut off. */
function takeId(left: Leftovers): string | undefined {
  const suffix = stageSuffix(left.read('stage'));
  const isAuditId = (value: unknown): value is string =>
    typeof value === 'string' &&
    value !== '' &&
    value.length + suffix.length <= bounds.ID_MAX_CHARS &&
    ID_PATTERN.test(value + suffix);
  const auditId = left.take('auditID', isAuditId);
  return auditId === undefined ? undefined : auditId + suffix;
}

function stageSuffix(stage: unknown): string {
  return typeof stage === 'string' ? `:${stage}` : '';
}

function takeActor(left: Leftovers): EventInput['actor'] {
  const id = nestedLeftovers(left, 'user')?.take('username', isReference);
  const impersonated = nestedLeftovers(left, 'impersonatedUser')?.take('username', isReference);
  return compact({
    type: id === undefined ? undefined : actorTypeOf(id),
    id,
    on_behalf_of: impersonated === undefined ? undefined : { type: actorTypeOf(impersonated), id: impersonated },
  });
}

function takeSource(left: Leftovers): Source {
  const addresses = left.read('sourceIPs');
  const last: unknown = Array.isArray(addresses) ? addresses.at(-1) : undefined;
  const isIp = fitsText(bounds.IP_MAX_CHARS)(last) && isIpAddress(last);
  if (isIp) left.members.sourceIPs = (addresses as unknown[]).slice(0, -1);
  return {
    service: 'kube-apiserver',
    ...compact<Source>({
      ip: isIp ? last : undefined,
      user_agent: left.take('userAgent', fitsText(bounds.USER_AGENT_MAX_CHARS)),
    }),
  };
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  const suffix = stageSuffix(record.stage);
  if (event.id?.endsWith(suffix)) restore(record, 'auditID', event.id.slice(0, event.id.length - suffix.length));
  restoreInside(record, 'user', 'username', event.actor?.id);
  restoreInside(record, 'impersonatedUser', 'username', event.actor?.on_behalf_of?.id);
  restoreInside(record, 'responseStatus', 'reason', event.reason);
  restoreInside(record, 'responseStatus', 'message', event.message);
  const addresses = record.sourceIPs;
  if (event.source?.ip !== undefined && Array.isArray(addresses)) record.sourceIPs = [...addresses, event.source.ip];
  restore(record, 'userAgent', event.source?.user_agent);
  restorePayload(record, 'requestObject', event.request);
  restorePayload(record, 'responseObject', event.response);
  return record;
}

function restoreInside(record: JsonObject, key: string, member: string, value: unknown): void {
  const inner = record[key];
  if (isPlainObject(inner)) restore(inner as JsonObject, member, value);
}

/** An event of elsewhere; what has no member in an audit event is an annotation, as canonical JSON. */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const { id, time, actor, source, reason, message, request, response, ...others } = event;
  const { on_behalf_of: impersonated } = actor ?? {};
  const record: JsonObject = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: request === undefined && response === undefined ? 'Metadata' : 'RequestResponse',
    stage: 'ResponseComplete',
    auditID: id,
    verb: event.operation ?? event.action,
    user: {},
    stageTimestamp: time,
    annotations: { 'attestlog/event': canonicalJson({ ...others, actor, source }) },
  };
  if (impersonated !== undefined) record.impersonatedUser = {};
  if (source?.ip !== undefined) record.sourceIPs = [];
  if (reason !== undefined || message !== undefined) record.responseStatus = {};
  return fromOwnEvent(event, record);
}
