/** `@attestlog/client/web`: what runs where there are no modules of Node. */
export { type ActionDeclaration, type ActionName, type Actions, defineActions } from './actions/define-actions.js';
export type { StandardIssue, StandardResult, StandardSchema } from './actions/standard-schema.js';
export type { AnyActions, EndedEventOf, EventOf, LogEvent, NameOf } from './actions/typed-event.js';
export type { AuditLog, LogOutcome, LogState } from './audit-log.js';
export { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
export type { AuditContext } from './context/audit-context.js';
export { contextOfHeaders, type RequestHeaders } from './context/headers.js';
export { createClient, type WebClientOptions } from './create-web-client.js';
export type { DeliveryNotice, DeliveryStats, DropReason } from './delivery/delivery.js';
export type { ActorDraft, EventDraft, FileDraft, PartyDraft, SourceDraft, TargetDraft } from './event-draft.js';
export { type Changes, changesBetween } from './prepare/changes.js';
export type { InvalidMetadata } from './prepare/check-metadata.js';
export * from './reads/index.js';
export type { Credential, WritingOptions } from './settings/client-options.js';
export { type TraceContext, traceOf } from './trace/traceparent.js';
export type { Log, Writer } from './writing/attestlog.js';
export type { ClientStats } from './writing/client-stats.js';
export type { ClientNotice, Listener, NoticeOf } from './writing/notices.js';
