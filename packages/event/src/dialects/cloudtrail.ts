import * as bounds from '../bounds.js';
import { ID_PATTERN } from '../event-patterns.js';
import { isIpAddress } from '../ip-address.js';
import { isPlainObject, type JsonObject } from '../json-value.js';
import type { EventInput, Source, StoredEvent } from '../schema.js';
import { isMoment, parseTime } from '../time.js';
import { actionName } from './action-name.js';
import { actorTypeOf, operationOfCall, outcomeOfCall, targetsOfCall } from './cloudtrail-meaning.js';
import { compact, type Dialect, fitsText, Leftovers, nestedLeftovers, restore } from './dialect.js';
import { recordDialect, restorePayload } from './record-dialect.js';

/**
 * AWS CloudTrail records, as in the log files (`{"Records": […]}`).
 *
 * Moved: eventID → id; eventTime → time; awsRegion → source.region; eventSource → source.service; sourceIPAddress →
 * source.ip, or source.host where it is no address (`AWS Internal`, a service's name); userAgent → source.user_agent;
 * requestID → request_id; errorCode → reason; errorMessage → message; requestParameters → request; responseElements →
 * response; userIdentity.arn → actor.id; userIdentity.userName → actor.name. A value that does not fit its field (too
 * long, null, a time of another form) stays. Derived: action, operation, category, outcome, actor.type, targets.
 * All else is kept under `metadata.cloudtrail`, what our rules refuse as `{"$json": …}`. Nothing is dropped.
 *
 * An ARN holds the user's name, and so may the payloads: who seals names should seal those fields too.
 */
export const cloudtrailDialect: Dialect<JsonObject> = recordDialect({
  name: 'cloudtrail',
  listedIn: 'Records',
  isRecord: ({ eventName, eventVersion }) => typeof eventName === 'string' || typeof eventVersion === 'string',
  refusal: 'A CloudTrail record is an object with eventVersion and eventName.',
  toEvent,
  fromOwnEvent,
  fromOtherEvent,
});

const isId = (value: unknown): value is string => fitsText(bounds.ID_MAX_CHARS)(value) && ID_PATTERN.test(value);
const isIp = (value: unknown): value is string => fitsText(bounds.IP_MAX_CHARS)(value) && isIpAddress(value);
const isArn = (value: unknown): value is string =>
  fitsText(bounds.REFERENCE_MAX_CHARS)(value) && value.startsWith('arn:');
const isReference = fitsText(bounds.REFERENCE_MAX_CHARS);

function toEvent(record: Record<string, unknown>): EventInput {
  const left = new Leftovers(record);
  const { eventSource, eventName, eventTime, eventCategory } = record;
  const service = typeof eventSource === 'string' ? eventSource.replace(/\.amazonaws\.com$/, '') : 'aws';
  const moment = typeof eventTime === 'string' ? parseTime(eventTime) : undefined;
  const time = moment !== undefined && isMoment(moment) ? moment.text : undefined;
  const fields: Omit<EventInput, 'action' | 'metadata'> = {
    id: left.take('eventID', isId),
    // Another way to write the same time is kept beside it.
    time: left.take('eventTime', (value): value is string => value !== undefined && value === time) ?? time,
    operation: operationOfCall(eventName, record.readOnly),
    category: fitsText(bounds.WORD_MAX_CHARS)(eventCategory) ? eventCategory.toLowerCase() : undefined,
    actor: takeActor(left),
    targets: targetsOfCall(record.resources, record.requestParameters),
    outcome: outcomeOfCall(record.errorCode, record.responseElements),
    reason: left.take('errorCode', fitsText(bounds.REASON_MAX_CHARS)),
    source: takeSource(left),
    request_id: left.take('requestID', isReference),
    message: left.take('errorMessage', fitsText(bounds.MESSAGE_MAX_CHARS)),
    request: left.takePayload('requestParameters'),
    response: left.takePayload('responseElements'),
  };
  const action = actionName(service, typeof eventName === 'string' ? eventName : 'event');
  return { ...compact(fields), action, metadata: { cloudtrail: left.rest() } };
}

function takeActor(left: Leftovers): EventInput['actor'] {
  const identity = nestedLeftovers(left, 'userIdentity');
  if (identity === undefined) return undefined;
  const arn = identity.take('arn', isArn);
  const principal = identity.read('principalId');
  return compact({
    type: actorTypeOf(identity.read('type')),
    // Only an ARN is moved, so that the way back can tell which member the id was.
    id: arn ?? (isReference(principal) && !principal.startsWith('arn:') ? principal : undefined),
    name: identity.take('userName', fitsText(bounds.NAME_MAX_CHARS)),
  });
}

function takeSource(left: Leftovers): Source | undefined {
  const ip = left.take('sourceIPAddress', isIp);
  return compact<Source>({
    ip,
    host: left.take('sourceIPAddress', isReference),
    user_agent: left.take('userAgent', fitsText(bounds.USER_AGENT_MAX_CHARS)),
    service: left.take('eventSource', isReference),
    region: left.take('awsRegion', fitsText(bounds.WORD_MAX_CHARS)),
  });
}

function fromOwnEvent(event: StoredEvent, record: JsonObject): JsonObject {
  const { actor, source = {} } = event;
  const identity = record.userIdentity;
  if (isPlainObject(identity)) {
    if (isArn(actor?.id)) restore(identity as JsonObject, 'arn', actor.id);
    restore(identity as JsonObject, 'userName', actor?.name);
  }
  restore(record, 'eventID', event.id);
  restore(record, 'eventTime', event.time);
  restore(record, 'awsRegion', source.region);
  restore(record, 'eventSource', source.service);
  restore(record, 'sourceIPAddress', source.ip ?? source.host);
  restore(record, 'userAgent', source.user_agent);
  restore(record, 'requestID', event.request_id);
  restore(record, 'errorCode', event.reason);
  restore(record, 'errorMessage', event.message);
  restorePayload(record, 'requestParameters', event.request);
  restorePayload(record, 'responseElements', event.response);
  return record;
}

/** An event of elsewhere, as an activity record of CloudTrail Lake; what has no member there is additional data. */
function fromOtherEvent(event: StoredEvent): JsonObject {
  const { id, time, action, actor, source, request_id, reason, message, request, response, ...others } = event;
  const record: JsonObject = {
    eventVersion: '1.11',
    eventCategory: 'ActivityAuditLog',
    eventType: 'ActivityLog',
    eventName: action,
    readOnly: event.operation === 'read',
    userIdentity:
      compact<JsonObject>({
        type: actor?.type ?? 'Unknown',
        principalId: actor?.id,
        userName: actor?.name,
      } as JsonObject) ?? {},
    additionalEventData: {
      ...(actor === undefined ? {} : { actor }),
      ...(source === undefined ? {} : { source }),
      ...others,
    } as JsonObject,
  };
  restore(record, 'errorCode', reason ?? (event.outcome === 'denied' ? 'AccessDenied' : undefined));
  return fromOwnEvent({ ...event, actor: undefined, reason: undefined }, record);
}
