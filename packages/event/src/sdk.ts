/**
 * What an SDK needs of an event, and nothing that needs a library: the recording decision, canonical JSON, ids, times,
 * differences, and detection. `sdk.test.ts` holds it free of dependencies.
 */
export { BLOB_KEY, isBlobReference } from './blob-reference.js';
export * as bounds from './bounds.js';
export { CanonicalWriter } from './canonical-bytes.js';
export { canonicalJson, UnacceptableJsonError } from './canonical-json.js';
export { SERVER_ID_PREFIX, uuidv7 } from './event-id.js';
export { ACTION_PATTERN, ID_PATTERN } from './event-patterns.js';
export type { Concealed, Condition, Filter, HasSealed, HasWords, InNetwork, Is, Like, Range } from './filter/filter.js';
export { operationOf, outcomeOf, severityOf } from './foreign-words.js';
export { isIpAddress } from './ip-address.js';
export { addressKey, type IpNetwork, ipNetwork, networkContains } from './ip-network.js';
export { applyJsonChanges, type JsonChange, jsonChanges } from './json-diff.js';
export { jsonPointer, pointerSegments } from './json-pointer.js';
export { type Inspection, inspectJson, isPlainObject, type Json, type JsonObject } from './json-value.js';
export { nearestName } from './nearest-name.js';
export { detect } from './personal-data/detect.js';
export { type DetectionKind, detectionKinds, type Finding } from './personal-data/finding.js';
export { type KeyedHashHex, type Maskable, type MaskStyle, maskStyles, maskValue } from './personal-data/mask-value.js';
export {
  decideRecording,
  type LeaveOutReason,
  leaveOutReasons,
  type RecordingDecision,
  type RecordingOrigin,
  type RecordingPolicy,
  recordingDecider,
} from './policy/decide-recording.js';
export { type Level, levels } from './policy/level.js';
export { defaultPolicy, mergePolicy, type Policy, type PolicySettings } from './policy/policy.js';
export {
  type PolicyEnvironment,
  policyFromEnvironment,
  policyVariables,
  type VariableProblem,
} from './policy/policy-environment.js';
export type { PolicyEvent } from './policy/policy-event.js';
export { settingProblem } from './policy/setting-rule.js';
export { type FieldProblem, type ProblemCode, problemCatalogue } from './problem.js';
export { canonicalIp } from './sealed/canonical-ip.js';
export { parseErasureCertificate } from './sealed/erasure-certificate.js';
export { type FieldVerdict, type MissingReason, type Opening, verifySealedFields } from './sealed/openings.js';
export { SEALED_KEY, type SealedField, sealedFieldsOf } from './sealed/sealed-value.js';
export { formatNs, isMoment, type Moment, parseTime } from './time.js';
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
  operations,
  outcomes,
  type Severity,
  severities,
} from './vocabulary.js';
