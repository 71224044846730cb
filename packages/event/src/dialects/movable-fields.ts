import * as bounds from '../bounds.js';
import { ID_PATTERN } from '../event-patterns.js';
import { isIpAddress } from '../ip-address.js';
import { isMoment, parseTime } from '../time.js';
import { fileChanges, fileModifications, outcomes } from '../vocabulary.js';
import { fitsText } from './dialect.js';

type Fits = (value: unknown) => boolean;

const isWord = fitsText(bounds.WORD_MAX_CHARS);
const isReference = fitsText(bounds.REFERENCE_MAX_CHARS);
const isName = fitsText(bounds.NAME_MAX_CHARS);
const isPath = fitsText(bounds.PATH_MAX_CHARS);
const isIpText = fitsText(bounds.IP_MAX_CHARS);
const isIdText = fitsText(bounds.ID_MAX_CHARS);

const oneOf = (words: readonly string[]): Fits => {
  const known = new Set<unknown>(words);
  return (value) => known.has(value);
};

const integerFrom =
  (min: number, max: number): Fits =>
  (value) =>
    Number.isInteger(value) && !Object.is(value, -0) && (value as number) >= min && (value as number) <= max;

const isCount = integerFrom(0, bounds.JSON_MAX_INTEGER);

/** Only the canonical writing of a time: in a field it is turned into that, and could not be told from others. */
function isCanonicalTime(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const moment = parseTime(value);
  return isMoment(moment) && moment.text === value;
}

/** Fields of an event that a foreign value can be moved into as it is, each with what fits it. */
export const movableFields = {
  id: (value) => isIdText(value) && ID_PATTERN.test(value),
  time: isCanonicalTime,
  category: isWord,
  'actor.type': isWord,
  'actor.id': isReference,
  'actor.name': isName,
  'actor.email': fitsText(bounds.EMAIL_MAX_CHARS),
  'targets.0.type': isWord,
  'targets.0.id': isReference,
  'targets.0.name': isName,
  outcome: oneOf(outcomes),
  reason: fitsText(bounds.REASON_MAX_CHARS),
  'source.ip': (value) => isIpText(value) && isIpAddress(value),
  'source.user_agent': fitsText(bounds.USER_AGENT_MAX_CHARS),
  'source.service': isReference,
  'source.host': isReference,
  'source.process': isReference,
  'source.region': isWord,
  'source.agent_id': isReference,
  'source.task_id': isReference,
  'source.version': isWord,
  session_id: isReference,
  request_id: isReference,
  correlation_id: isReference,
  trace_id: isReference,
  message: fitsText(bounds.MESSAGE_MAX_CHARS),
  'file.path': isPath,
  'file.previous_path': isPath,
  'file.checksum': isReference,
  'file.previous_checksum': isReference,
  'file.size': isCount,
  'file.change': oneOf(fileChanges),
  'file.modification': oneOf(fileModifications),
  'file.diff': fitsText(Number.POSITIVE_INFINITY),
  'file.lines_added': isCount,
  'file.lines_removed': isCount,
  retention_days: integerFrom(bounds.RETENTION_MIN_DAYS, bounds.RETENTION_MAX_DAYS),
} as const satisfies Record<string, Fits>;

/** Fields for any JSON but null, which cannot be told from nothing in a field. */
export const payloadFields = ['request', 'response', 'changes.before', 'changes.after'] as const;

export type PayloadField = (typeof payloadFields)[number];
export type MovableField = keyof typeof movableFields | PayloadField;

export function isPayloadField(field: MovableField): field is PayloadField {
  return (payloadFields as readonly string[]).includes(field);
}
