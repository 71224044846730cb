import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access, GuardedAccess } from './access/access-declaration.js';
import { letPass } from './access/guard.js';
import { aliveAnswerSchema, readinessAnswerSchema } from './log/log-answers.js';
import { describeRoute } from './reference/openapi.js';
import type { Services } from './services.js';

const SYSTEM: GuardedAccess = { permission: 'system:read', of: 'deployment' };

/** For orchestrators and Prometheus. */
export function registerHealthRoutes(app: FastifyInstance, services: Services): void {
  const config = { access: 'open' } as const;
  app.get(
    '/healthz',
    {
      config,
      schema: describeRoute('The process is alive', {
        answers: { 200: { description: 'It is.', schema: aliveAnswerSchema } },
      }),
    },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      config,
      schema: describeRoute('The server can do its work; 503 says why not', {
        answers: {
          200: { description: 'It can.', schema: readinessAnswerSchema },
          503: { description: 'It cannot.', schema: readinessAnswerSchema },
        },
      }),
    },
    async (request, reply) => {
      const troubles = await services.troubles();
      const ready = troubles.length === 0;
      // The reasons are for the operator: they may tell of paths and sizes.
      const shown = ready || (await maySee(request, services)) ? troubles : troubles.map(({ part }) => ({ part }));
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', troubles: shown });
    },
  );
  const metrics: Access = services.limits.publicMetrics ? 'open' : SYSTEM;
  app.get(
    '/metrics',
    {
      config: { access: metrics },
      schema: describeRoute('Metrics for Prometheus', {
        answers: { 200: { description: 'The metrics, in the text format.', type: 'text/plain' } },
      }),
    },
    async (_request, reply) => reply.type(services.metrics.contentType).send(await services.metrics.text()),
  );
}

/** Whether the request carries a credential, on a route that is open to everybody, that shows the inside. */
async function maySee(request: FastifyRequest, services: Services): Promise<boolean> {
  if (request.headers.authorization === undefined) return false;
  try {
    await letPass(request, SYSTEM, services);
    return true;
  } catch {
    // Without the credential, or while the registry does not answer, the answer is the one for everybody.
    return false;
  }
}
