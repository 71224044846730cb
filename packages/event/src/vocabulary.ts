/** The closed lists of an event. */

/**
 * What was done, in a list short enough to set policies by (log writes only, log deletes only). Finer distinctions
 * belong in `action`. A field change is an update; granting a role is a grant, whatever the table it is kept in.
 */
export const operations = [
  'create',
  'read',
  'update',
  'delete',
  'execute',
  'login',
  'logout',
  'grant',
  'revoke',
  'enable',
  'disable',
  'approve',
  'reject',
  'export',
  'import',
] as const;
export type Operation = (typeof operations)[number];

/** `denied`: not allowed to. `failure`: allowed to, but it did not work. */
export const outcomes = ['success', 'failure', 'denied'] as const;
export type Outcome = (typeof outcomes)[number];

/** From least to most severe; `severityOf` maps the scales of other systems. */
export const severities = ['debug', 'info', 'notice', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** How long and where events are kept, by policy: critical (years), standard (a year), activity (months). */
export const eventClasses = ['critical', 'standard', 'activity'] as const;
export type EventClass = (typeof eventClasses)[number];

export const fileChanges = ['created', 'modified', 'deleted', 'renamed'] as const;
export type FileChange = (typeof fileChanges)[number];

export const fileModifications = ['content', 'metadata', 'permissions'] as const;
export type FileModification = (typeof fileModifications)[number];
