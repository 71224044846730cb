import fastify, { type FastifyInstance } from 'fastify';
import { Authorization } from '../src/access/authorization.js';
import type { Permission } from '../src/access/permissions.js';
import { Problem } from '../src/errors.js';
import { ADMINISTRATOR, TENANT } from './memory-privacy.js';

/**
 * Some routes alone, behind a guard that lets everybody in as one administrator with these permissions for the tenant
 * `acme`. The header `x-test-filter` narrows what the administrator sees, in the search syntax.
 */
export async function bareRoutes(
  permissions: readonly Permission[],
  register: (app: FastifyInstance) => void,
): Promise<FastifyInstance> {
  const app = fastify();
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const name of ['principal', 'authorization', 'clientAddress', 'tenant', 'pass']) app.decorateRequest(name);
  app.addHook('onRequest', async (request) => {
    const filter = request.headers['x-test-filter'];
    const principal = { ...ADMINISTRATOR.principal, ...(typeof filter === 'string' ? { filter } : {}) };
    const grants = permissions.map((permission) => ({ permission, reach: 'own' as const }));
    const authorization = new Authorization(principal, grants);
    Object.assign(request, { principal, authorization, clientAddress: '192.0.2.1', tenant: TENANT });
  });
  app.setErrorHandler((error, _request, reply) => {
    const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
    return reply.code(problem.status).send(problem.toDocument());
  });
  register(app);
  await app.ready();
  return app;
}
