export {
  type AdmissionContext,
  type AdmittedEvent,
  admitEvent,
  entryAsReceived,
  type RefusedEvent,
  rebuildEntry,
} from './admit.js';
export {
  BLOB_KEY,
  type BlobReference,
  blobReferenceSchema,
  hasBlobKey,
  isBlobReference,
} from './blob-reference.js';
export * as bounds from './bounds.js';
export { canonicalJson, UnacceptableJsonError } from './canonical-json.js';
export { actionName } from './dialects/action-name.js';
export { cloudtrailDialect } from './dialects/cloudtrail.js';
export type { Dialect, DialectResult } from './dialects/dialect.js';
export { eventsDialect } from './dialects/events.js';
export { escapeForeign, unescapeForeign } from './dialects/foreign-json.js';
export { kubernetesDialect } from './dialects/kubernetes.js';
export { SERVER_ID_PREFIX, uuidv7 } from './event-id.js';
export { isIpAddress } from './ip-address.js';
export { type JsonArrayResult, type JsonProblem, type JsonResult, parseJson, parseJsonArray } from './json.js';
export { jsonPointer } from './json-pointer.js';
export { eventInputJsonSchema, type JsonSchema, storedEventJsonSchema } from './json-schema.js';
export { type Inspection, inspectJson, isPlainObject, type Json, type JsonObject } from './json-value.js';
export { nearestName } from './nearest-name.js';
export type { Blob, Sha256Hex } from './payloads.js';
export { type FieldProblem, type ProblemCode, problem, problemCatalogue } from './problem.js';
export {
  ACTION_PATTERN,
  type Actor,
  actorSchema,
  changesSchema,
  type EventInput,
  eventFieldNames,
  eventInputSchema,
  type FileDetails,
  fileSchema,
  ID_PATTERN,
  type Source,
  type StoredEvent,
  sourceSchema,
  storedEventSchema,
  type Target,
  targetSchema,
} from './schema.js';
export { formatNs, isMoment, type Moment, parseTime, TIME_MAX_NS, TIME_MIN_NS } from './time.js';
export { utf8 } from './utf8.js';
export {
  type EventClass,
  eventClasses,
  type FileChange,
  type FileModification,
  fileChanges,
  fileModifications,
  type Operation,
  type Outcome,
  operationOf,
  operations,
  outcomeOf,
  outcomes,
  type Severity,
  severities,
  severityOf,
} from './vocabulary.js';
