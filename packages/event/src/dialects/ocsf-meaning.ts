import { NAME_MAX_CHARS, REFERENCE_MAX_CHARS, WORD_MAX_CHARS } from '../bounds.js';
import { operationOf, outcomeOf, severityOf } from '../foreign-words.js';
import { isPlainObject } from '../json-value.js';
import type { Target } from '../schema.js';
import type { Operation, Outcome, Severity } from '../vocabulary.js';
import { actionName } from './action-name.js';
import { compact, fitsText } from './dialect.js';
import { foreignTime, timeOfNs } from './foreign-time.js';
import { activityOf, classNameOf } from './ocsf-classes.js';

/** What an OCSF event means in our vocabulary. Nothing here is needed for the way back. */

type Foreign = Readonly<Record<string, unknown>>;

const isReference = fitsText(REFERENCE_MAX_CHARS);
const isWord = fitsText(WORD_MAX_CHARS);
const isName = fitsText(NAME_MAX_CHARS);

/** `s3.get_object` where an API was called, else class and activity: `authentication.logon`. */
export function actionOf(record: Foreign): string {
  const { api, class_uid: classUid, class_name: className, activity_id: activityId, activity_name: activity } = record;
  if (isPlainObject(api) && isSomeText(api.operation)) {
    const service = isPlainObject(api.service) && isSomeText(api.service.name) ? api.service.name : 'api';
    // Of operations with the service in their name (`iam.amazonaws.com:CreateUser`), and of names of hosts.
    return actionName(service.replace(/\.(?:amazonaws|googleapis)\.com$/, ''), api.operation);
  }
  const noun = classNameOf(classUid) ?? (isSomeText(className) ? className : 'ocsf');
  return actionName(noun, isSomeText(activity) ? activity : (activityOf(classUid, activityId)?.[0] ?? 'unknown'));
}

export function operationOfActivity(record: Foreign): Operation | undefined {
  const activity = activityOf(record.class_uid, record.activity_id);
  if (activity !== undefined) return activity[1];
  return isSomeText(record.activity_name) ? operationOf(record.activity_name) : undefined;
}

const severityIds: readonly (Severity | undefined)[] = [
  undefined,
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'critical',
];

/** From severity_id (Informational, Low, Medium, High, Critical, Fatal), else from the text. */
export function severityOfRecord({ severity_id: id, severity }: Foreign): Severity | undefined {
  return (
    (typeof id === 'number' ? severityIds[id] : undefined) ?? (isSomeText(severity) ? severityOf(severity) : undefined)
  );
}

export function idOfSeverity(severity: Severity | undefined): number {
  if (severity === undefined) return 0;
  return severity === 'debug' ? 1 : severityIds.indexOf(severity);
}

const BLOCKED = 2;
const DENIED = /access_?denied|unauthorized|not_?authorized|forbidden/i;

/** From status_id and what stopped it: a control that denied it, an error that says so, a status of HTTP. */
export function outcomeOfRecord(record: Foreign): Outcome | undefined {
  const { status_id: id, status, status_code: code, action_id: action, disposition_id: disposition } = record;
  const response = isPlainObject(record.api) && isPlainObject(record.api.response) ? record.api.response : {};
  const isDenied = [code, response.error, response.code].some(isDeniedCode);
  if (action === BLOCKED || disposition === BLOCKED || (id !== 1 && isDenied)) return 'denied';
  if (id === 1) return 'success';
  if (id === 2) return 'failure';
  return isSomeText(status) ? outcomeOf(status) : undefined;
}

function isDeniedCode(code: unknown): boolean {
  if (typeof code === 'number') return code === 401 || code === 403;
  return typeof code === 'string' && (code === '401' || code === '403' || DENIED.test(code.slice(0, 256)));
}

/** time_dt, which has more digits, else time in milliseconds. */
export function timeOfRecord({ time, time_dt: timeText }: Foreign): string | undefined {
  const exact = foreignTime(timeText);
  if (exact !== undefined) return exact;
  return typeof time === 'number' && Number.isSafeInteger(time) ? timeOfNs(BigInt(time) * 1_000_000n) : undefined;
}

/** Members that hold a thing that was acted on, in the classes that have them. */
const targetMembers = ['group', 'entity', 'database', 'databucket', 'table', 'resource'] as const;
const targetLists = ['resources', 'web_resources'] as const;

/** The things that a record names besides a user, at most so many. The record itself keeps them all. */
export function targetsOfRecord(record: Foreign, room: number): Target[] {
  const single = targetMembers.map((member) => targetOf(record[member], member));
  const listed = targetLists.flatMap((member) => {
    const list = record[member];
    return Array.isArray(list) ? list.slice(0, room).map((item) => targetOf(item, undefined)) : [];
  });
  return [...single, ...listed].filter((target) => target !== undefined).slice(0, room);
}

function targetOf(value: unknown, kind: string | undefined): Target | undefined {
  if (!isPlainObject(value)) return undefined;
  const { uid, name, type } = value;
  const found = compact<Target>({ id: isReference(uid) ? uid : undefined, name: isName(name) ? name : undefined });
  const sort = isWord(type) && type !== '' ? type : kind;
  return found === undefined ? undefined : { ...(sort === undefined ? {} : { type: sort }), ...found };
}

function isSomeText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
