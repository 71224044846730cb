import type { FastifyInstance } from 'fastify';
import { describeRoute } from './openapi.js';
import type { Services } from './services.js';

/** For orchestrators and Prometheus. */
export function registerHealthRoutes(app: FastifyInstance, services: Services): void {
  const config = { access: 'open' } as const;
  app.get('/healthz', { config, schema: describeRoute('The process is alive', {}) }, async () => ({ status: 'ok' }));
  app.get(
    '/readyz',
    { config, schema: describeRoute('The server can do its work; 503 says why not', {}) },
    async (_request, reply) => {
      const troubles = await services.troubles();
      const ready = troubles.length === 0;
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', troubles });
    },
  );
  app.get('/metrics', { config, schema: describeRoute('Metrics for Prometheus', {}) }, async (_request, reply) => {
    const { registry } = services.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
