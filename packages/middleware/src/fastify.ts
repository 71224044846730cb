import type { AuditLog } from '@attestlog/client';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { endWithAnswer, keepRecord, nodeHeader, recordOf } from './node/node-request.js';
import { RequestAudit } from './request/request-audit.js';
import type { RequestReader } from './request/request-reader.js';
import type { RequestRecord } from './request/request-record.js';
import type { RequestAuditOptions, RouteAudit } from './request-audit-options.js';

export type { BodyParts, RequestAuditOptions, RouteAudit } from './request-audit-options.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the audit is to make of the route's requests. */
    audit?: RouteAudit;
  }
}

const reader: RequestReader<FastifyRequest> = {
  method: (request) => request.method,
  header: (request, name) => nodeHeader(request.raw, name),
  peerAddress: (request) => request.raw.socket.remoteAddress,
  route: (request) => (request.is404 ? undefined : request.routeOptions.url),
  parameters: (request) => (request.params ?? {}) as Record<string, unknown>,
  requestBody: (request) => request.body,
};

/**
 * Plugin for Fastify 5 that makes one event of each request: `app.register(requestAudit(log))`, before routes and other
 * plugins. Holds for the instance that it is registered on and all below, like a plugin made by `fastify-plugin`.
 *
 * @throws {TypeError} for options that cannot be meant
 */
export function requestAudit(log: AuditLog, options: RequestAuditOptions<FastifyRequest> = {}): FastifyPluginCallback {
  const audit = new RequestAudit<FastifyRequest>(log, options, reader);
  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      if (recordOf(request.raw) !== undefined) return next();
      const record = audit.begin(request);
      record.routeAudit = request.routeOptions.config.audit;
      keepRecord(request.raw, record);
      endWithAnswer(record, reply.raw);
      record.run(next);
    });
    app.addHook('onError', (request, _reply, error, next) => {
      recordOf(request.raw)?.noteError(error);
      next();
    });
    // On all routes: those made before the plugin was loaded have their own configuration unread.
    app.addHook('preSerialization', keepResponse);
    done();
  };
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@attestlog/middleware',
  });
}

function keepResponse(
  request: FastifyRequest,
  _reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  const record: RequestRecord<unknown> | undefined = recordOf(request.raw);
  if (record !== undefined) record.responseBody = payload;
  done(null, payload);
}
