import type { AuditLog } from '@attestlog/client';
import type { ExpressNext, ExpressRequest, ExpressResponse } from './express/express-request.js';
import { routeParameters, routePattern } from './express/matched-route.js';
import { endWithAnswer, keepRecord, nodeHeader, recordOf } from './node/node-request.js';
import { RequestAudit } from './request/request-audit.js';
import type { RequestReader } from './request/request-reader.js';
import type { RequestAuditOptions } from './request-audit-options.js';

export type { ExpressNext, ExpressRequest, ExpressResponse } from './express/express-request.js';
export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

const reader: RequestReader<ExpressRequest> = {
  method: (request) => request.method ?? 'GET',
  header: nodeHeader,
  peerAddress: (request) => request.socket.remoteAddress,
  route: routePattern,
  parameters: routeParameters,
  requestBody: (request) => request.body,
};

/**
 * Middleware for Express 4 and 5 that makes one event of each request. First of all of `app.use`, so that it sees what
 * others refuse. {@link requestAuditErrors}, last of all, tells it what was thrown.
 *
 * @throws {TypeError} for options that cannot be meant
 */
export function requestAudit<Request extends ExpressRequest = ExpressRequest>(
  log: AuditLog,
  options: RequestAuditOptions<Request> = {},
): (request: Request, response: ExpressResponse, next: ExpressNext) => void {
  const audit = new RequestAudit<Request>(log, options, reader);
  return (request, response, next) => {
    // Mounted twice: the first has it.
    if (recordOf(request) !== undefined) {
      next();
      return;
    }
    const record = audit.begin(request);
    keepRecord(request, record);
    endWithAnswer(record, response);
    if (audit.wantsResponses) {
      const { json } = response;
      response.json = function (body) {
        record.responseBody ??= body;
        return json.call(this, body);
      };
    }
    record.run(next);
  };
}

/**
 * Error middleware that notes what was thrown, for the reason of the event, and hands it on. After all routes and before
 * the application's own error handlers; without it an event says `http_500`.
 */
export function requestAuditErrors(): (
  error: unknown,
  request: ExpressRequest,
  response: ExpressResponse,
  next: ExpressNext,
) => void {
  return (error, request, _response, next) => {
    recordOf(request)?.noteError(error);
    next(error);
  };
}
