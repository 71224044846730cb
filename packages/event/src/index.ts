export {
  type AdmissionContext,
  type AdmittedEvent,
  admitEvent,
  admitPrepared,
  entryAsReceived,
  type LeftOutEvent,
  type PendingEvent,
  type PreparedEvent,
  type PrepareEvent,
  type RefusedEvent,
  rebuildEntry,
} from './admit.js';
export {
  BLOB_KEY,
  type BlobReference,
  blobReferencesOf,
  hasBlobKey,
  isBlobReference,
} from './blob-reference.js';
export { blobReferenceSchema } from './blob-reference-schema.js';
export { BLOB_MAX_BYTES } from './bounds.js';
export { actionName } from './dialects/action-name.js';
export { auditEventPlaces, auditEventsDialect } from './dialects/audit-events.js';
export { cloudEventsDialect } from './dialects/cloudevents.js';
export {
  type BinaryModeResult,
  cloudEventOfHttp,
  cloudEventToHttp,
  type HttpHeaders,
  isBinaryMode,
} from './dialects/cloudevents-http.js';
export { cloudtrailDialect } from './dialects/cloudtrail.js';
export type { Dialect, DialectResult } from './dialects/dialect.js';
export { eventsDialect } from './dialects/events.js';
export { fileMonitorDialect, fileMonitorPlaces } from './dialects/file-monitor.js';
export { type ForeignDocument, inexactNumber, readForeignDocument } from './dialects/foreign-document.js';
export { escapeForeign, unescapeForeign } from './dialects/foreign-json.js';
export { type ForeignPlaces, foreignPointer } from './dialects/foreign-pointer.js';
export { foreignTime } from './dialects/foreign-time.js';
export { kubernetesDialect } from './dialects/kubernetes.js';
export { logPlaces, logsDialect } from './dialects/logs.js';
export { ocsfDialect } from './dialects/ocsf.js';
export { otlpDialect } from './dialects/otlp.js';
export { type OtlpLog, recordsOfRequest, requestOfRecords } from './dialects/otlp-request.js';
export { syslogBytes, syslogDialect } from './dialects/syslog.js';
export {
  formatSyslogMessage,
  parseSyslogMessage,
  type SyslogElement,
  type SyslogMessage,
} from './dialects/syslog-message.js';
export { SERVER_ID_PREFIX } from './event-id.js';
export { asciiLower } from './filter/ascii-lower.js';
export { checkFilter, type FilterReading } from './filter/check-filter.js';
export { allOf, anyOf, negate } from './filter/combine.js';
export { compileFilter, type FilterPredicate } from './filter/compile-filter.js';
export { FREE_TIME_PATTERN } from './filter/entry-time.js';
export { SEALED_STAND_IN, STAND_IN } from './filter/entry-values.js';
export { mayStandIn, numbersOfField, textsOfField } from './filter/field-values.js';
export { type FieldType, type FilterField, filterFields } from './filter/fields.js';
export * as filterBounds from './filter/filter-bounds.js';
export { FilterIndex } from './filter/filter-index.js';
export { filterJsonSchema } from './filter/filter-json-schema.js';
export type {
  FilterProblem,
  FilterProblemCode,
  FilterTextProblem,
  FilterTreeProblem,
} from './filter/filter-problem.js';
export { type FoundField, findField, isField, knownField } from './filter/find-field.js';
export { type FilterTextReading, parseFilter } from './filter/parse-filter.js';
export { printFilter } from './filter/print-filter.js';
export type { FilterContext } from './filter/value-condition.js';
export { wordsOf } from './filter/words.js';
export { type JsonArrayResult, type JsonProblem, type JsonResult, parseJson, parseJsonArray } from './json.js';
export { eventInputJsonSchema, type JsonSchema, storedEventJsonSchema } from './json-schema.js';
export type { Blob, Sha256Hex } from './payloads.js';
export { type AppliedDetections, applyDetections, type MaskOptions } from './personal-data/apply-detections.js';
export { DETECTED_KEY } from './personal-data/detected-key.js';
export {
  type DetectionAction,
  type DetectionActions,
  type DetectionSettings,
  defaultDetectionActions,
  detectionActions,
  detectionSettingsSchema,
} from './personal-data/detection-actions.js';
export {
  type EventFinding,
  type EventScan,
  type ScannedField,
  type ScanOptions,
  scanEvent,
  scannedFields,
} from './personal-data/scan-event.js';
export { nounOf } from './policy/exclusions.js';
export { policySchema, policySettingsSchema } from './policy/policy-schema.js';
export { isKept, samplingHash, samplingKey } from './policy/sampling.js';
export { problem } from './problem.js';
export {
  PROJECTION_MAX_FIELDS,
  type ProjectionProblem,
  type ProjectionReading,
  readProjection,
  splitFieldList,
} from './projection/field-list.js';
export { isPointedAt, Projection } from './projection/projection.js';
export { findShownField } from './projection/shown-field.js';
export {
  type Actor,
  actorSchema,
  changesSchema,
  type EventInput,
  eventFieldNames,
  eventInputSchema,
  type FileDetails,
  fileSchema,
  type Source,
  type StoredEvent,
  sourceSchema,
  storedEventSchema,
  type Target,
  targetSchema,
} from './schema.js';
export * from './sdk.js';
export {
  type ErasureCertificate,
  formatErasureCertificate,
  parseErasureCertificate,
} from './sealed/erasure-certificate.js';
export { type FieldToSeal, fieldsToSeal, subjectsOf } from './sealed/fields-to-seal.js';
export { type Form, forms, normalForm } from './sealed/normal-form.js';
export {
  commitmentInput,
  type ErasedField,
  type FieldVerdict,
  type MissingReason,
  type OpenedField,
  type Opening,
  type OpeningChecks,
  verifyOpenings,
  verifySealedFields,
} from './sealed/openings.js';
export { putValues, type Replacement, replaceValues } from './sealed/replace-values.js';
export {
  type ErasedItem,
  eraseItems,
  formatSealedItems,
  isErased,
  parseSealedItems,
  type SealedItem,
  type SealedItems,
  type SubjectKeyRange,
} from './sealed/sealed-items.js';
export {
  commitmentOf,
  reservedSealedKey,
  SEALED_KEY,
  type SealedField,
  type SealedValue,
  sealedFieldsOf,
  sealedValue,
} from './sealed/sealed-value.js';
export { formOf, type PlannedField, type SealingPlan, sealingPlan } from './sealed/sealing-plan.js';
export {
  defaultSealing,
  isSealable,
  type SealingPolicy,
  sealedFieldSchema,
  sealingPolicySchema,
} from './sealed/sealing-policy.js';
export { NOBODY, subjectForms } from './sealed/subject.js';
export { TIME_MAX_NS, TIME_MIN_NS } from './time.js';
