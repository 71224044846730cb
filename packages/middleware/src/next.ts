import type { AuditLog } from '@attestlog/client';
import { auditedHandler, type FetchAuditOptions, type FetchHandler, fetchReader } from './fetch/audited-handler.js';
import { RequestAudit } from './request/request-audit.js';

export type { FetchAuditOptions, FetchHandler } from './fetch/audited-handler.js';
export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

/**
 * Makes a wrapper for Next.js route handlers, so that each request is one event:
 * `export const GET = audited('/api/orders/[id]', handler)`. Next does not tell a handler its route, so it is named: the
 * folders of the file, as they are. `redirect()`, `notFound()` and their like are the answers that they stand for.
 *
 * Next runs in front of its own handlers and tells them no address of a connection. Set `trustedProxies` to
 * `['no-address', …]` only where every request comes through a proxy that writes `x-forwarded-for` itself.
 *
 * @throws {TypeError} for options that cannot be meant
 */
export function requestAudit<R extends Request = Request>(
  log: AuditLog,
  options: FetchAuditOptions<R> = {},
): <Rest extends unknown[]>(route: `/${string}`, handler: FetchHandler<R, Rest>) => FetchHandler<R, Rest> {
  const audit = new RequestAudit<R>(log, options, fetchReader(options));
  return (route, handler) => auditedHandler(audit, withoutGroups(route), handler, statusOfThrown);
}

/** Folders in round brackets and those that begin with `@` are no part of the path. */
function withoutGroups(route: string): string {
  return route
    .split('/')
    .filter((segment) => !/^(?:\(.*\)|@.*)$/.test(segment))
    .join('/');
}

/** `NEXT_REDIRECT;replace;/login;307;` and `NEXT_HTTP_ERROR_FALLBACK;404`: how Next throws an answer. */
function statusOfThrown(thrown: unknown): number | undefined {
  const digest = (thrown as { digest?: unknown } | null | undefined)?.digest;
  if (typeof digest !== 'string') return undefined;
  const found = /^(?:NEXT_REDIRECT;.*;(\d{3});?|NEXT_HTTP_ERROR_FALLBACK;(\d{3}))$/.exec(digest);
  const status = found?.[1] ?? found?.[2];
  return status === undefined ? undefined : Number(status);
}
