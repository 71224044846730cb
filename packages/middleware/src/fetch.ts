import type { AuditLog } from '@attestlog/client';
import { auditedHandler, type FetchAuditOptions, type FetchHandler, fetchReader } from './fetch/audited-handler.js';
import { RequestAudit } from './request/request-audit.js';

export type { FetchAuditOptions, FetchHandler } from './fetch/audited-handler.js';
export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

/**
 * Makes a wrapper for handlers that take a `Request` and give a `Response`, so that each request is one event:
 * `audited('/orders/:id', handler)`. The pattern can be asked of a function, for a handler that routes by itself;
 * undefined stands for no route.
 *
 * An answer that streams is over when its body is, another one when the handler gives it.
 *
 * @throws {TypeError} for options that cannot be meant
 */
export function requestAudit<R extends Request = Request>(
  log: AuditLog,
  options: FetchAuditOptions<R> = {},
): <Rest extends unknown[]>(
  route: string | ((request: R) => string | undefined),
  handler: FetchHandler<R, Rest>,
) => FetchHandler<R, Rest> {
  const audit = new RequestAudit<R>(log, options, fetchReader(options));
  return (route, handler) => auditedHandler(audit, route, handler);
}
