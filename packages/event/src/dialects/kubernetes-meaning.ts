import { NAME_MAX_CHARS, REFERENCE_MAX_CHARS, WORD_MAX_CHARS } from '../bounds.js';
import { isPlainObject } from '../json-value.js';
import type { Target } from '../schema.js';
import { isMoment, parseTime } from '../time.js';
import type { Operation, Outcome } from '../vocabulary.js';
import { actionName } from './action-name.js';
import { compact, fitsText } from './dialect.js';

/** What a Kubernetes audit event means in our vocabulary. Nothing here is needed for the way back. */

type Foreign = Readonly<Record<string, unknown>>;

const isReference = fitsText(REFERENCE_MAX_CHARS);
const isWord = fitsText(WORD_MAX_CHARS);
const isName = fitsText(NAME_MAX_CHARS);

/** `pods.create`, `pods.exec.create`; `nonresource.get` for URLs that are no resource. */
export function actionOf(record: Foreign): string {
  const verb = textOr(record.verb, 'unknown');
  const object = record.objectRef;
  if (!isPlainObject(object)) return actionName('nonresource', verb);
  const resource = textOr(object.resource, 'unknown');
  const subresource = textOr(object.subresource, '');
  return subresource === '' ? actionName(resource, verb) : actionName(resource, subresource, verb);
}

const verbs = new Map<unknown, Operation>([
  ['get', 'read'],
  ['list', 'read'],
  ['watch', 'read'],
  ['head', 'read'],
  ['create', 'create'],
  ['update', 'update'],
  ['patch', 'update'],
  ['delete', 'delete'],
  ['deletecollection', 'delete'],
  ['approve', 'approve'],
]);
const executing = new Set<unknown>(['exec', 'attach', 'portforward', 'proxy']);

/** A connection into a container is an execution, whichever method opened it. */
export function operationOfRequest(record: Foreign): Operation | undefined {
  const object = record.objectRef;
  if (isPlainObject(object) && executing.has(object.subresource)) return 'execute';
  return verbs.get(record.verb);
}

/** From the status code and the decision of the authoriser; none before there was an answer. */
export function outcomeOfRequest(record: Foreign): Outcome | undefined {
  const { annotations, responseStatus, stage } = record;
  if (isPlainObject(annotations) && annotations['authorization.k8s.io/decision'] === 'forbid') return 'denied';
  if (stage === 'Panic') return 'failure';
  const code = isPlainObject(responseStatus) ? responseStatus.code : undefined;
  if (typeof code !== 'number') return undefined;
  if (code === 401 || code === 403) return 'denied';
  return code >= 400 ? 'failure' : 'success';
}

/** When the stage was reached. The oldest form of the format had `timestamp` only. */
export function timeOfRequest(record: Foreign): string | undefined {
  for (const field of ['stageTimestamp', 'timestamp', 'requestReceivedTimestamp']) {
    const value = record[field];
    const moment = typeof value === 'string' ? parseTime(value) : undefined;
    if (moment !== undefined && isMoment(moment)) return moment.text;
  }
  return undefined;
}

/** The object: type `pods`, id `namespace/name`. For a URL that is no resource, its path. */
export function targetsOfRequest(record: Foreign): Target[] | undefined {
  const object = record.objectRef;
  const target = isPlainObject(object) ? targetOfObject(object) : targetOfUri(record.requestURI);
  return target === undefined ? undefined : [target];
}

function targetOfObject(object: Foreign): Target | undefined {
  const id = [object.namespace, object.name].filter((part) => typeof part === 'string' && part !== '').join('/');
  const { resource, name } = object;
  return compact<Target>({
    type: isWord(resource) ? resource : undefined,
    id: id !== '' && isReference(id) ? id : undefined,
    name: isName(name) ? name : undefined,
  });
}

function targetOfUri(uri: unknown): Target | undefined {
  if (typeof uri !== 'string') return undefined;
  const path = uri.split('?', 1)[0];
  return isReference(path) && path !== '' ? { type: 'nonresource', id: path } : undefined;
}

/** What a user name of the cluster says about its bearer. */
export function actorTypeOf(username: string): string {
  if (username.startsWith('system:serviceaccount:')) return 'service_account';
  if (username.startsWith('system:node:')) return 'node';
  return username.startsWith('system:') ? 'system' : 'user';
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
