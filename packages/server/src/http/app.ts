import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Authorization } from '../access/authorization.js';
import type { Principal } from '../access/principal.js';
import { Problem } from '../errors.js';
import { type Access, accessIn, requireAccess } from './access/access-declaration.js';
import type { Pass } from './access/gate.js';
import { letPass, recordRefusal } from './access/guard.js';
import { registerAuthRoutes } from './administration/auth-routes.js';
import { registerJwksRoute } from './administration/jwks-route.js';
import { registerKeyRotationRoutes } from './administration/key-rotation-routes.js';
import { registerKeyRoutes } from './administration/key-routes.js';
import { registerPermissionRoutes } from './administration/permission-routes.js';
import { registerPolicyRoutes } from './administration/policy-routes.js';
import { registerPrivacyRoutes } from './administration/privacy-routes.js';
import { registerRoleRoutes } from './administration/role-routes.js';
import { registerTenantRoutes } from './administration/tenant-routes.js';
import { registerUserRoutes } from './administration/user-routes.js';
import { compressAnswers } from './body/compression.js';
import { registerDialectRoutes } from './dialects/dialect-routes.js';
import { BATCH_ROUTE, registerEventRoutes } from './events/event-routes.js';
import { registerStreamRoute } from './events/stream-route.js';
import { registerEventExportRoute } from './exports/event-export-route.js';
import { registerEvidenceRoute } from './exports/evidence-route.js';
import { registerExportRoutes } from './exports/export-routes.js';
import { registerHealthRoutes } from './health-routes.js';
import { registerLiveRoutes } from './live/live-routes.js';
import { registerLogRoutes } from './log/log-routes.js';
import { registerPublicLogRoutes } from './log/public-log-routes.js';
import { problemOf } from './problem-of.js';
import { registerProtocolRoutes } from './protocols/protocol-routes.js';
import { registerOpenApi } from './reference/openapi.js';
import { registerAggregateRoutes } from './search/aggregate-routes.js';
import { registerAskRoute } from './search/ask-route.js';
import { registerHistoryRoute } from './search/history-route.js';
import { registerSavedSearchRoutes } from './search/saved-search-routes.js';
import { registerSearchRoutes } from './search/search-routes.js';
import { registerTimelineRoutes } from './search/timeline-routes.js';
import type { Services } from './services.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route. A route without it does not start. */
    access?: Access;
    /** True where the answers are hashes: gzip would only make them longer. */
    incompressible?: boolean;
  }
  interface FastifyRequest {
    /** Who asks, and what they may do; set for routes that are not open. */
    principal: Principal;
    authorization: Authorization;
    /** The client's address, as far as it can be trusted; set for routes that are not open. */
    clientAddress: string;
    /** The tenant that the request is about; set for routes of a tenant that are not open. */
    tenant: string;
    /** What let the request in; set for routes that read something. */
    pass: Pass | undefined;
    startedAt: number;
    /** Ends the request when its body does not come. */
    bodyTimer: NodeJS.Timeout | undefined;
  }
}

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The HTTP service, ready to listen. */
export async function buildApp(services: Services): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: services.logger,
    // Requests are logged below, without what the framework would say of them.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: services.limits.maxBodyBytes,
    // Whole requests have a timer of their own, since a stream may take as long as it goes on.
    requestTimeout: 0,
    connectionTimeout: services.limits.requestTimeoutMs,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    // The guard below says it in the words of the catalogue.
    return503OnClosing: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    routerOptions: { maxParamLength: 16_384, caseSensitive: true },
    exposeHeadRoutes: true,
    clientErrorHandler: answerUnreadable,
    // What fails before there is a route, such as a path that is not a URL's.
    frameworkErrors: (error, request, reply) => answerError(error, request as FastifyRequest, reply as FastifyReply),
  }) as unknown as FastifyInstance;
  app.server.headersTimeout = services.limits.requestTimeoutMs;
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  readBodies(app);
  requireDeclaredAccess(app);
  guard(app, services);
  observe(app, services);
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Problem) recordRefusal(request, error, services);
    return answerError(error, request, reply);
  });
  app.setNotFoundHandler(() => {
    throw new Problem('route-unknown');
  });
  compressAnswers(app);
  const methods = collectMethods(app);
  await registerOpenApi(app);
  registerEventRoutes(app, services);
  registerSearchRoutes(app, services);
  registerHistoryRoute(app, services);
  registerTimelineRoutes(app, services);
  registerSavedSearchRoutes(app, services);
  registerAggregateRoutes(app, services);
  registerAskRoute(app, services);
  registerEventExportRoute(app, services);
  registerExportRoutes(app, services);
  registerStreamRoute(app, services);
  await registerLiveRoutes(app, services);
  await registerProtocolRoutes(app, services);
  registerEvidenceRoute(app, services);
  registerDialectRoutes(app, services);
  registerLogRoutes(app, services);
  registerPublicLogRoutes(app, services);
  registerRoleRoutes(app, services);
  registerPermissionRoutes(app, services);
  registerTenantRoutes(app, services);
  registerPolicyRoutes(app, services);
  registerPrivacyRoutes(app, services);
  registerKeyRotationRoutes(app, services);
  registerAuthRoutes(app, services);
  registerKeyRoutes(app, services);
  registerUserRoutes(app, services);
  registerJwksRoute(app, services);
  registerHealthRoutes(app, services);
  refuseOtherMethods(app, methods);
  return app;
}

/** Bodies arrive as bytes, or as a stream where the route reads them as they come; the routes decode them. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(['application/json'], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addContentTypeParser(['application/x-ndjson', 'application/jsonl'], (_request, payload, done) =>
    done(null, payload),
  );
}

function requireDeclaredAccess(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    // The pages of the API's description are the plugin's own.
    if (/^\/docs(?:\/|$)/.test(url) && config?.access === undefined) return;
    requireAccess(method, url, config?.access);
  });
}

function guard(app: FastifyInstance, services: Services): void {
  app.decorateRequest('principal');
  app.decorateRequest('authorization');
  app.decorateRequest('clientAddress', '');
  app.decorateRequest('tenant', '');
  app.decorateRequest('pass');
  app.decorateRequest('startedAt', 0);
  app.decorateRequest('bodyTimer');
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  // With a callback, since whatever is remembered is there at once; what it throws is answered too.
  app.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now();
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    if (closing) throw new Problem('shutting-down');
    const declared = request.routeOptions.config.access;
    if (declared === undefined || declared === 'open') return done();
    const access = accessIn(declared, services.limits);
    const passed = access === 'open' ? undefined : letPass(request, access, services);
    if (passed === undefined) {
      admit(request, reply, services);
      return done();
    }
    passed.then(() => admit(request, reply, services)).then(() => done(), done);
  });
  app.addHook('preValidation', async (request) => clearTimeout(request.bodyTimer));
  app.addHook('onResponse', async (request) => release(request));
}

/** Takes the request into the bounds on what is under way. @throws Problem `too-many-requests` */
function admit(request: FastifyRequest, reply: FastifyReply, services: Services): void {
  // Its client went away while its credential was looked at: nothing would let it out again.
  if (reply.raw.destroyed) throw new Problem('request-invalid');
  const announced = Number(request.headers['content-length']);
  if (request.routeOptions.url === BATCH_ROUTE && announced > 0) services.intake.refuseEarly(request.tenant, announced);
  request.pass = services.gate.enter(expectedBytes(request));
  // The one event that always comes: a client may go away before, while or after it is answered.
  reply.raw.once('close', () => release(request));
  request.bodyTimer = setTimeout(() => request.raw.destroy(), services.limits.requestTimeoutMs);
}

function release(request: FastifyRequest): void {
  clearTimeout(request.bodyTimer);
  request.pass?.leave();
}

/** What the request's body comes to in memory as far as one can tell before; a stream is read piece by piece. */
function expectedBytes(request: FastifyRequest): number {
  const streamed = request.headers['content-type']?.includes('ndjson') === true;
  const length = Number(request.headers['content-length'] ?? 65_536);
  return streamed || !Number.isFinite(length) ? 1_048_576 : length;
}

/** Logs what went wrong and measures everything; never a URL's query, a body or a credential. */
function observe(app: FastifyInstance, { metrics }: Services): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const milliseconds = performance.now() - request.startedAt;
    metrics.observeRequest(request.method, route, reply.statusCode, milliseconds / 1000);
    const line = { method: request.method, route, status: reply.statusCode, ms: Math.round(milliseconds * 10) / 10 };
    if (reply.statusCode >= 500) request.log.error(line, 'request failed');
    else request.log.debug(line, 'request');
  });
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ code: problem.code, cause: describe(problem.cause) }, problem.message);
  reply.header('x-request-id', request.id);
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', String(problem.retryAfterSeconds));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.toDocument(request.id)));
}

function describe(cause: unknown): unknown {
  if (!(cause instanceof Error)) return undefined;
  const inner = describe(cause.cause);
  return { name: cause.name, message: cause.message, stack: cause.stack, ...(inner === undefined ? {} : { inner }) };
}

/** What cannot be read as HTTP gets an answer in HTTP all the same, if anybody is still there. */
function answerUnreadable(_error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(new Problem('request-invalid').toDocument());
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function collectMethods(app: FastifyInstance): Map<string, Set<string>> {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', (route) => {
    const known = methods.get(route.url) ?? new Set<string>();
    for (const method of [route.method].flat()) known.add(method);
    methods.set(route.url, known);
  });
  return methods;
}

/** A known route answers an unknown method with 405 and says which it knows. */
function refuseOtherMethods(app: FastifyInstance, methods: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, known] of [...methods]) {
    const allowed = [...known].sort().join(', ');
    const others = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((method) => !known.has(method));
    // The pages of the API's description are the plugin's own.
    if (url.startsWith('/docs') || url.includes('*') || others.length === 0) continue;
    app.route({
      method: others,
      url,
      config: { access: 'open' },
      schema: { hide: true },
      // Before the body is read, so that it need not be one that the route would understand.
      onRequest: async (_request, reply) => {
        reply.header('allow', allowed);
        throw new Problem('method-not-allowed');
      },
      handler: () => undefined,
    });
  }
}
