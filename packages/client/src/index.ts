export type { AuditLog, LogOutcome, LogState } from './audit-log.js';
export type { EventDraft } from './event-draft.js';
