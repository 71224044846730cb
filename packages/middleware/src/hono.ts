import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditLog } from '@attestlog/client';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { endWithResponse } from './fetch/end-with-response.js';
import { copyOfJson } from './fetch/json-body.js';
import { endWithAnswer } from './node/node-request.js';
import { RequestAudit } from './request/request-audit.js';
import type { RequestReader } from './request/request-reader.js';
import type { RequestRecord } from './request/request-record.js';
import type { RequestAuditOptions } from './request-audit-options.js';

export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

export interface HonoAuditOptions extends RequestAuditOptions<Context> {
  /** The address at the other end of the connection; on Node it is known without. */
  peerAddress?: (context: Context) => string | undefined;
}

/** What `@hono/node-server` gives a context. */
interface NodeBindings {
  incoming?: IncomingMessage;
  outgoing?: ServerResponse;
}

/**
 * Middleware for Hono that makes one event of each request: `app.use(requestAudit(log))`, before all others.
 *
 * @throws {TypeError} for options that cannot be meant
 */
export function requestAudit(log: AuditLog, options: HonoAuditOptions = {}): MiddlewareHandler {
  const audit = new RequestAudit<Context>(log, options, readerOf(options));
  const begun = new WeakSet<Context>();
  return async (context, next) => {
    if (begun.has(context)) return next();
    begun.add(context);
    const record = audit.begin(context);
    const { outgoing } = bindingsOf(context);
    if (outgoing !== undefined) endWithAnswer(record, outgoing);
    await record.run(next);
    if (context.error !== undefined) record.noteError(context.error);
    const plan = audit.plan(context.req.method, routeOf(context));
    if (plan.request.length > 0) record.requestBody = await bodyAsRead(context);
    if (plan.response.length > 0) record.responseBody = await copyOfJson(context.res);
    if (outgoing === undefined) endWithoutNode(context, record);
  };
}

function readerOf(options: HonoAuditOptions): RequestReader<Context> {
  return {
    method: (context) => context.req.method,
    header: (context, name) => context.req.header(name),
    peerAddress: (context) =>
      options.peerAddress === undefined
        ? bindingsOf(context).incoming?.socket.remoteAddress
        : options.peerAddress(context),
    route: routeOf,
    parameters: (context) => context.req.param(),
    requestBody: () => undefined,
  };
}

function bindingsOf(context: Context): NodeBindings {
  return (context.env ?? {}) as NodeBindings;
}

/** The pattern of the handler that ran last; that of a middleware for all paths is no route. */
function routeOf(context: Context): string | undefined {
  const path = matchedRoutes(context)[context.req.routeIndex]?.path;
  return path === undefined || path === '*' || path === '/*' ? undefined : path;
}

/** The JSON of a body that the handler has read through Hono, which keeps it; another body is not touched. */
async function bodyAsRead(context: Context): Promise<unknown> {
  if (Object.keys(context.req.bodyCache).length === 0) return undefined;
  try {
    return await context.req.json();
  } catch {
    return undefined;
  }
}

/** Bun, Deno and others: the answer is over when it is given, or when its stream is. */
function endWithoutNode(context: Context, record: RequestRecord<Context>): void {
  const response = context.res;
  const answer = endWithResponse(record, response);
  // Setting the same one would make Hono copy it.
  if (answer !== response) context.res = answer;
}
