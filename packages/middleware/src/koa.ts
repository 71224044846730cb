import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditLog } from '@attestlog/client';
import { endWithAnswer, keepRecord, nodeHeader, recordOf } from './node/node-request.js';
import { RequestAudit } from './request/request-audit.js';
import type { RequestReader } from './request/request-reader.js';
import type { RequestAuditOptions } from './request-audit-options.js';

export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

/** What is used of Koa's context. */
export interface KoaContext {
  req: IncomingMessage;
  res: ServerResponse;
  method: string;
  body: unknown;
  request: object;
}

/** What `@koa/router` and a body parser add to it. */
interface RoutedContext extends KoaContext {
  _matchedRoute?: unknown;
  params?: Record<string, unknown>;
  request: { body?: unknown };
}

const reader: RequestReader<KoaContext> = {
  method: (context) => context.method,
  header: (context, name) => nodeHeader(context.req, name),
  peerAddress: (context) => context.req.socket.remoteAddress,
  route: (context) => {
    const route = (context as RoutedContext)._matchedRoute;
    return route instanceof RegExp ? '/*' : typeof route === 'string' ? route : undefined;
  },
  parameters: (context) => (context as RoutedContext).params ?? {},
  requestBody: (context) => (context as RoutedContext).request.body,
};

/**
 * Middleware for Koa that makes one event of each request; routes as `@koa/router` matches them. First of all of
 * `app.use`, so that it sees what others refuse and throw.
 *
 * @throws {TypeError} for options that cannot be meant
 */
export function requestAudit<Context extends KoaContext = KoaContext>(
  log: AuditLog,
  options: RequestAuditOptions<Context> = {},
): (context: Context, next: () => Promise<unknown>) => Promise<unknown> {
  const audit = new RequestAudit<Context>(log, options, reader);
  return async (context, next) => {
    if (recordOf(context.req) !== undefined) return next();
    const record = audit.begin(context);
    keepRecord(context.req, record);
    endWithAnswer(record, context.res);
    try {
      const result = await record.run(next);
      if (audit.wantsResponses) record.responseBody = plainBody(context.body);
      return result;
    } catch (error) {
      record.noteError(error);
      throw error;
    }
  };
}

/** A body that is a value; streams and bytes are none. */
function plainBody(body: unknown): unknown {
  const isStream = typeof body === 'object' && body !== null && 'pipe' in body;
  return isStream || Buffer.isBuffer(body) ? undefined : body;
}
