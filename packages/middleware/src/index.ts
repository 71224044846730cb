/** What adapters are made of, for a framework that has none here; `./express`, `./fastify` … are those that are. */
export type { RequestEnding } from './request/outcome.js';
export { RequestAudit } from './request/request-audit.js';
export type { RequestReader } from './request/request-reader.js';
export { RequestRecord } from './request/request-record.js';
export type { BodyParts, RequestAuditOptions, RequestClock, RouteAudit } from './request-audit-options.js';
