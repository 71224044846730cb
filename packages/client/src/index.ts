export { type ActionDeclaration, type ActionName, type Actions, defineActions } from './actions/define-actions.js';
export type { StandardIssue, StandardResult, StandardSchema } from './actions/standard-schema.js';
export type { AnyActions, EndedEventOf, EventOf, LogEvent, NameOf } from './actions/typed-event.js';
export type { AuditLog, LogOutcome, LogState } from './audit-log.js';
export { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
export {
  type AuditContext,
  type ContextSource,
  contextOfHeaders,
  currentContext,
  extendContext,
  inContext,
  type RequestHeaders,
  withContext,
} from './context.js';
export { type Attestlog, createClient } from './create-client.js';
export { createPreparer, type Preparer, type PreparerOptions } from './create-preparer.js';
export {
  type DeliveryNotice,
  type DeliveryStats,
  type DropReason,
  type Durability,
  dropReasons,
  durabilities,
  type ReadyEvent,
  type ServerAddress,
} from './delivery/delivery.js';
export type { ActorDraft, EventDraft, FileDraft, PartyDraft, SourceDraft, TargetDraft } from './event-draft.js';
export { type Meter, registerMetrics } from './metrics/register-metrics.js';
export { type Changes, changesBetween } from './prepare/changes.js';
export type { InvalidMetadata } from './prepare/check-metadata.js';
export type { PreparedEvent, RefusalCode } from './prepare/prepare-events.js';
export * from './reads/index.js';
export * from './reads/node.js';
export type { ClientOptions, Credential, SpoolSettings, WritingOptions } from './settings/client-options.js';
export { type TraceContext, traceOf } from './trace/traceparent.js';
export type { Log, Writer } from './writing/attestlog.js';
export type { ClientStats } from './writing/client-stats.js';
export type { ClientNotice, Listener, NoticeOf } from './writing/notices.js';
