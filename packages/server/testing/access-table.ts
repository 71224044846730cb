/**
 * Who may call which route: the expectation, written by hand and reviewed by people, that a test compares with what the
 * server does. A route that is not in it, or no longer there, fails the test.
 *
 * Everybody named here belongs to the tenant `acme`: {@link subjects}.
 */
export interface AccessRow {
  /** `METHOD path`, as the description of the API has it. HEAD is allowed where GET is. */
  route: string;
  /** Needs no credential: always, or where the setting that is named says so. */
  open?: 'always' | 'public-log' | 'public-metrics';
  /** What an open route answers to a request with nothing but its path; 200 if absent. */
  bare?: number;
  /** Who is let in when the request is about `acme`. */
  own: readonly Subject[];
  /** Who is let in when it is about another tenant, whether there is one or not. */
  foreign: readonly Subject[];
}

/** The roles, and more that decides; each is a principal of the tenant `acme`. */
export const subjects = {
  audit_reader: 'the built-in role',
  audit_writer: 'the built-in role',
  audit_export: 'the built-in role',
  audit_admin: 'the built-in role, which reads across tenants',
  system_admin: 'the built-in role, which may do everything',
  admin: 'the built-in role',
  auditor: 'the built-in role',
  user: 'the built-in role, which reads its own events',
  module_reader: 'a role of the tenant’s own that reads the module wms',
  narrow_auditor: 'the role auditor, by an API key with a filter',
  nobody: 'no role',
} as const;

export type Subject = keyof typeof subjects;

type Names = readonly Subject[];

const ALL = Object.keys(subjects) as Names;

/** They read every event of the tenant. */
const WHOLE_READERS: Names = ['audit_reader', 'audit_admin', 'system_admin', 'admin', 'auditor'];
/** They read some events of the tenant, or all. */
const READERS: Names = [...WHOLE_READERS, 'user', 'module_reader', 'narrow_auditor'];
/** They see the hashes of the log. */
const LOG_READERS: Names = [...WHOLE_READERS, 'user', 'narrow_auditor'];
/** They take events of the tenant away, some or all. */
const EXPORTERS: Names = ['audit_export', 'audit_admin', 'system_admin', 'admin', 'auditor', 'narrow_auditor'];
const WRITERS: Names = ['audit_writer', 'system_admin', 'admin', 'user'];
/** They see who may do what, and how the tenant is set up. */
const OVERSEERS: Names = ['audit_admin', 'system_admin', 'admin', 'auditor', 'narrow_auditor'];
const ADMINS: Names = ['system_admin', 'admin'];
/** They read across tenants. */
const CROSS_READERS: Names = ['audit_admin', 'system_admin'];
const SYSTEM: Names = ['system_admin'];

const open = (route: string): AccessRow => ({ route, open: 'always', own: ALL, foreign: ALL });
const row = (route: string, own: Names, foreign: Names): AccessRow => ({ route, own, foreign });
/** About the deployment, so that the tenant does not matter. */
const deployment = (route: string, who: Names): AccessRow => row(route, who, who);
const publicLog = (route: string): AccessRow => ({ ...row(route, LOG_READERS, CROSS_READERS), open: 'public-log' });

export const accessTable: readonly AccessRow[] = [
  // Events
  row('POST /api/v1/events', WRITERS, SYSTEM),
  row('POST /api/v1/events/batch', WRITERS, SYSTEM),
  row('POST /api/v1/events/stream', WRITERS, SYSTEM),
  row('GET /api/v1/events/stream', READERS, CROSS_READERS),
  row('GET /api/v1/events', READERS, CROSS_READERS),
  row('POST /api/v1/events/search', READERS, CROSS_READERS),
  row('POST /api/v1/events/ask', READERS, CROSS_READERS),
  row('POST /api/v1/events/aggregate', READERS, CROSS_READERS),
  row('GET /api/v1/events/facets', READERS, CROSS_READERS),
  row('GET /api/v1/stats', READERS, CROSS_READERS),
  row('GET /api/v1/targets/{type}/{id}/history', READERS, CROSS_READERS),
  row('GET /api/v1/actors/{id}/activity', READERS, CROSS_READERS),
  row('GET /api/v1/sessions/{id}/timeline', READERS, CROSS_READERS),
  row('GET /api/v1/correlations/{id}/timeline', READERS, CROSS_READERS),
  row('GET /api/v1/searches', READERS, CROSS_READERS),
  row('POST /api/v1/searches', READERS, CROSS_READERS),
  row('GET /api/v1/searches/{id}', READERS, CROSS_READERS),
  row('PUT /api/v1/searches/{id}', READERS, CROSS_READERS),
  row('DELETE /api/v1/searches/{id}', READERS, CROSS_READERS),
  row('GET /api/v1/searches/{id}/events', READERS, CROSS_READERS),
  row('GET /api/v1/events/{id}', READERS, CROSS_READERS),
  row('GET /api/v1/events/{id}/receipt', READERS, CROSS_READERS),
  row('GET /api/v1/blobs/{sha256}', READERS, CROSS_READERS),

  // Protocols of others
  row('POST /api/v1/cloudevents', WRITERS, SYSTEM),
  open('OPTIONS /api/v1/cloudevents'),
  row('POST /v1/logs', WRITERS, SYSTEM),
  row('POST /api/v1/ocsf', WRITERS, SYSTEM),
  row('POST /api/v1/kubernetes/audit', WRITERS, SYSTEM),

  row('GET /api/v1/evidence', EXPORTERS, CROSS_READERS),

  // Exports
  row('GET /api/v1/events/export', EXPORTERS, CROSS_READERS),
  row('POST /api/v1/exports', EXPORTERS, CROSS_READERS),
  row('GET /api/v1/exports', EXPORTERS, CROSS_READERS),
  row('GET /api/v1/exports/{id}', EXPORTERS, CROSS_READERS),
  row('DELETE /api/v1/exports/{id}', EXPORTERS, CROSS_READERS),
  row('GET /api/v1/exports/{id}/files/{name}', EXPORTERS, CROSS_READERS),
  row('POST /api/v1/exports/{id}/links', EXPORTERS, CROSS_READERS),
  // The signature of the link is what it asks for.
  { ...open('GET /api/v1/downloads/{tenant}/{id}/{name}'), bare: 400 },

  // Interfaces of other systems
  row('POST /api/audit/events', WRITERS, SYSTEM),
  row('GET /api/audit/file/{path}', READERS, CROSS_READERS),
  row('GET /api/audit/type/{type}', READERS, CROSS_READERS),
  row('GET /api/audit/session/{sessionId}', READERS, CROSS_READERS),
  row('GET /api/audit/checksum/{checksum}', READERS, CROSS_READERS),
  row('GET /api/audit/user/{userId}', READERS, CROSS_READERS),
  row('GET /api/audit/changes/{path}', READERS, CROSS_READERS),
  row('GET /api/audit/stats', READERS, CROSS_READERS),
  row('GET /api/audit/analytics/login-patterns', READERS, CROSS_READERS),
  row('GET /api/audit/analytics/permission-usage', READERS, CROSS_READERS),
  row('GET /api/audit/analytics/user-behavior', READERS, CROSS_READERS),
  row('GET /api/audit/analytics/security-trends', READERS, CROSS_READERS),
  row('POST /api/v1/logs', WRITERS, SYSTEM),
  row('POST /api/v1/logs/bulk', WRITERS, SYSTEM),
  row('GET /api/v1/logs', READERS, CROSS_READERS),
  row('GET /api/v1/logs/{id}', READERS, CROSS_READERS),
  row('GET /api/v1/logs/export', EXPORTERS, CROSS_READERS),
  row('GET /api/v1/logs/stats', READERS, CROSS_READERS),
  row('GET /api/v1/logs/stream', READERS, CROSS_READERS),
  row('DELETE /api/v1/logs/cleanup', ADMINS, SYSTEM),
  row('POST /api/v1/audit/events', WRITERS, SYSTEM),
  row('POST /api/v1/audit/events/batch', WRITERS, SYSTEM),
  row('GET /api/v1/audit/events', READERS, CROSS_READERS),
  row('GET /api/v1/audit/events/{audit_id}', READERS, CROSS_READERS),
  row('GET /api/v1/audit/events/export', EXPORTERS, CROSS_READERS),
  row('POST /api/v1/audit/query', READERS, CROSS_READERS),

  // The log
  row('GET /api/v1/log', LOG_READERS, CROSS_READERS),
  row('GET /api/v1/log/consistency', LOG_READERS, CROSS_READERS),
  publicLog('GET /log/{tenant}/checkpoint'),
  publicLog('GET /log/{tenant}/key'),
  publicLog('GET /log/{tenant}/tombstone'),
  publicLog('GET /log/{tenant}/tile/{*}'),
  row('GET /log/{tenant}/tile/entries/{*}', WHOLE_READERS, CROSS_READERS),

  // Roles
  row('GET /api/v1/permissions', OVERSEERS, CROSS_READERS),
  row('GET /api/v1/permissions/modules/{module}', OVERSEERS, CROSS_READERS),
  row('GET /api/v1/roles', OVERSEERS, CROSS_READERS),
  row('GET /api/v1/roles/templates', OVERSEERS, CROSS_READERS),
  row('GET /api/v1/roles/{name}', OVERSEERS, CROSS_READERS),
  row('POST /api/v1/roles', ADMINS, SYSTEM),
  row('PUT /api/v1/roles/{name}', ADMINS, SYSTEM),
  row('DELETE /api/v1/roles/{name}', ADMINS, SYSTEM),

  // Credentials
  open('POST /api/v1/auth/token'),
  open('POST /api/v1/auth/logout'),
  open('POST /api/v1/auth/revoke'),
  open('POST /api/v1/auth/password'),
  open('GET /.well-known/jwks.json'),
  row('POST /api/v1/auth/revocations', ADMINS, SYSTEM),
  deployment('GET /api/v1/auth/signing-keys', SYSTEM),
  deployment('POST /api/v1/auth/signing-keys', SYSTEM),
  deployment('DELETE /api/v1/auth/signing-keys/{kid}', SYSTEM),
  row('GET /api/v1/keys', OVERSEERS, CROSS_READERS),
  row('POST /api/v1/keys', ADMINS, SYSTEM),
  row('GET /api/v1/keys/{id}', OVERSEERS, CROSS_READERS),
  row('DELETE /api/v1/keys/{id}', ADMINS, SYSTEM),
  row('POST /api/v1/keys/{id}/rotate', ADMINS, SYSTEM),
  row('GET /api/v1/users', OVERSEERS, CROSS_READERS),
  row('POST /api/v1/users', ADMINS, SYSTEM),
  row('GET /api/v1/users/{id}', OVERSEERS, CROSS_READERS),
  row('GET /api/v1/users/{id}/permissions', OVERSEERS, CROSS_READERS),
  row('PATCH /api/v1/users/{id}', ADMINS, SYSTEM),
  row('PUT /api/v1/users/{id}/password', ADMINS, SYSTEM),
  row('DELETE /api/v1/users/{id}/sessions', ADMINS, SYSTEM),

  // Tenants
  row('GET /api/v1/tenants', OVERSEERS, CROSS_READERS),
  deployment('POST /api/v1/tenants', SYSTEM),
  row('GET /api/v1/tenants/{id}', OVERSEERS, CROSS_READERS),
  row('PUT /api/v1/tenants/{id}', SYSTEM, SYSTEM),
  row('DELETE /api/v1/tenants/{id}', SYSTEM, SYSTEM),
  row('GET /api/v1/tenants/{id}/usage', OVERSEERS, CROSS_READERS),
  row('POST /api/v1/tenants/{id}/key-rotation', SYSTEM, SYSTEM),

  // Personal data
  row('POST /api/v1/privacy/erasures', ADMINS, SYSTEM),
  row('GET /api/v1/privacy/erasures', OVERSEERS, CROSS_READERS),
  row('GET /api/v1/privacy/erasures/{id}', OVERSEERS, CROSS_READERS),
  row('POST /api/v1/privacy/holds', ADMINS, SYSTEM),
  row('GET /api/v1/privacy/holds', OVERSEERS, CROSS_READERS),
  row('GET /api/v1/privacy/holds/{id}', OVERSEERS, CROSS_READERS),
  row('DELETE /api/v1/privacy/holds/{id}', ADMINS, SYSTEM),
  row('POST /api/v1/privacy/exports', ADMINS, SYSTEM),
  row('GET /api/v1/events/{id}/openings', ADMINS, SYSTEM),
  row('GET /api/v1/privacy/openings', ADMINS, SYSTEM),
  row('GET /api/v1/policy', OVERSEERS, CROSS_READERS),
  row('PUT /api/v1/policy', ADMINS, SYSTEM),

  // The deployment
  open('GET /healthz'),
  open('GET /readyz'),
  { ...deployment('GET /metrics', SYSTEM), open: 'public-metrics' },
  open('GET /openapi.json'),
];
