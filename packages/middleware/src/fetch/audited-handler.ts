import type { RequestAudit } from '../request/request-audit.js';
import type { RequestReader } from '../request/request-reader.js';
import type { RequestAuditOptions } from '../request-audit-options.js';
import { pathParameters } from '../route/path-parameters.js';
import { endWithResponse } from './end-with-response.js';
import { copyOfJson } from './json-body.js';

export interface FetchAuditOptions<R extends Request> extends RequestAuditOptions<R> {
  /** The address at the other end of the connection, which a `Request` does not tell and a server may. */
  peerAddress?: (request: R) => string | undefined;
}

/** What answers a request: with more arguments, as frameworks give them, or not. */
export type FetchHandler<R extends Request, Rest extends unknown[]> = (
  request: R,
  ...rest: Rest
) => Response | Promise<Response>;

const patterns = new WeakMap<Request, string | undefined>();

/** Reads a request whose pattern was noted. */
export function fetchReader<R extends Request>(options: FetchAuditOptions<R>): RequestReader<R> {
  return {
    method: (request) => request.method,
    header: (request, name) => request.headers.get(name) ?? undefined,
    peerAddress: (request) => options.peerAddress?.(request),
    route: (request) => patterns.get(request),
    parameters: (request) => pathParameters(patterns.get(request) ?? '', new URL(request.url).pathname),
    requestBody: () => undefined,
  };
}

/**
 * A handler whose requests are recorded.
 *
 * @param statusOf the status that something thrown stands for, where the framework answers by throwing
 */
export function auditedHandler<R extends Request, Rest extends unknown[]>(
  audit: RequestAudit<R>,
  route: string | ((request: R) => string | undefined),
  handler: FetchHandler<R, Rest>,
  statusOf: (thrown: unknown) => number | undefined = () => undefined,
): FetchHandler<R, Rest> {
  return async (request, ...rest) => {
    if (patterns.has(request)) return handler(request, ...rest);
    const pattern = typeof route === 'string' ? route : route(request);
    patterns.set(request, pattern);
    const record = audit.begin(request);
    const { request: chosen, response: wanted } = audit.plan(request.method, pattern);
    const copy = chosen.length > 0 ? copyOfJson(request) : undefined;
    const onAbort = () => record.end(undefined, true);
    request.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await record.run(async () => handler(request, ...rest));
      record.requestBody = await copy;
      if (wanted.length > 0) record.responseBody = await copyOfJson(response);
      return endWithResponse(record, response);
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined) record.noteError(error);
      record.requestBody = await copy;
      record.end(status, false);
      throw error;
    } finally {
      request.signal.removeEventListener('abort', onAbort);
    }
  };
}
