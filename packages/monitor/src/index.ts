export type { DiffChoice } from './content/change-content.js';
export { type AuditLogOptions, auditLogOutput } from './output/audit-log-output.js';
export { jsonLinesOutput } from './output/json-lines-output.js';
export type { MonitorEntry, MonitorNotice, MonitorOutput } from './output/monitor-output.js';
export type { ReportedGap } from './record/describe-gap.js';
export type { FileMonitorEvent } from './record/file-monitor-event.js';
export { defaultRules } from './rules/ignore-rules.js';
export { controlSocketOf, FileMonitor } from './run/file-monitor.js';
export {
  type BaselineProgress,
  type FileMonitorOptions,
  type MonitorSettings,
  monitorDefaults,
} from './run/file-monitor-options.js';
export { FileMonitorService, type FileMonitorServiceOptions, stateFolderOf } from './service/file-monitor-service.js';
export { askControl, ControlFailure } from './session/control-client.js';
export type { ControlAnswer, ControlRequest } from './session/control-protocol.js';
export {
  readSession,
  type Session,
  type SessionReading,
  sessionOfEnvironment,
} from './session/session.js';
export { type SessionSource, SessionTimeline } from './session/session-timeline.js';
export type { Author, Authors, Authorship, UnknownAuthorReason } from './who/author.js';
export { fanotifyAuthors } from './who/fanotify-authors.js';
