import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { entryJson } from '../answers.js';
import { logStream } from '../dialects/log-stream.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { followRequest, liveQuery } from './follow-request.js';
import type { LiveRoute } from './live-route.js';
import { type LiveRouteTimes, LiveStreams, STREAM } from './live-streams.js';
import { SseChannel } from './sse-channel.js';
import { isWebSocketUpgrade, webSocketUpgrades } from './upgrades.js';
import { WebSocketChannel } from './websocket-channel.js';

const EVENTS: LiveRoute = {
  path: '/api/v1/events/stream',
  summary: 'Watch events as they are sealed (server-sent events, or a WebSocket)',
  query: liveQuery,
  follow: followRequest,
  json: entryJson,
  hasControlMessages: true,
};
const ROUTES: readonly LiveRoute[] = [EVENTS, logStream];

/** Clients send nothing but control frames, which have 125 bytes at most. */
const MAX_RECEIVED_BYTES = 1024;
/** Named by clients that name the credential as another one: a browser wants one of them to be chosen. */
const PROTOCOL = 'attestlog.v1';

const HEARTBEAT_MS = 15_000;
const RECHECK_MS = 500;

/**
 * `GET /api/v1/events/stream`, and the same in the words of a dialect: a tenant's events as they are sealed, as
 * server-sent events or by a WebSocket. Everything is checked before the answer begins or the connection is upgraded.
 */
export async function registerLiveRoutes(
  app: FastifyInstance,
  services: Services,
  nowMs = () => performance.now(),
): Promise<void> {
  const { streamTimeoutMs, streamLifetimeMs } = services.limits;
  const times: LiveRouteTimes = {
    heartbeatMs: HEARTBEAT_MS,
    timeoutMs: streamTimeoutMs,
    lifetimeMs: streamLifetimeMs,
    recheckMs: RECHECK_MS,
  };
  const streams = new LiveStreams(services, times, nowMs);
  app.addHook('preClose', () => streams.close());
  // A scope of its own: the plugin changes the routes beside it.
  await app.register(async (scope) => {
    await scope.register(websocket, {
      options: {
        server: webSocketUpgrades(
          app.server,
          ROUTES.map(({ path }) => path),
        ) as never,
        maxPayload: MAX_RECEIVED_BYTES,
        perMessageDeflate: false,
        handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
      },
      // What a client does wrong ends its connection; there is nobody else to tell.
      errorHandler: (_error, socket) => socket.terminate(),
      preClose: (done) => done(),
    });
    // One that was refused: nobody reads from its connection any more, so nobody would see it close either.
    scope.addHook('onResponse', async ({ raw }) => {
      if (isWebSocketUpgrade(raw)) raw.socket.destroySoon();
    });
    for (const route of ROUTES) registerLiveRoute(scope, route, streams);
  });
}

function registerLiveRoute(scope: FastifyInstance, route: LiveRoute, streams: LiveStreams): void {
  const { path, summary, query, hasControlMessages } = route;
  scope.route({
    method: 'GET',
    url: path,
    exposeHeadRoute: false,
    config: { access: STREAM },
    schema: describeRoute(summary, {
      query,
      answers: {
        200: { description: 'Events as they come; docs/search.md describes them.', type: 'text/event-stream' },
      },
      problems: ['filter-invalid', 'sealed-field', 'grant-unanswerable', 'too-many-streams', 'origin-refused'],
    }),
    preHandler: (request, reply) => streams.prepare(route, request, reply),
    handler: async (request, reply) => {
      reply.hijack();
      await streams.run(route, request, new SseChannel(reply.raw, request.id));
    },
    wsHandler: (socket: WebSocket, request: FastifyRequest) =>
      streams.run(route, request, new WebSocketChannel(socket, { hasControlMessages })),
  });
}
