import { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { describeConformance, type RunningSite } from '../testing/conformance.js';
import { actorOf, type OrdersSite, type SiteUser, siteOptions, userOf } from '../testing/orders-site.js';
import { requestAudit } from './fastify.js';

const users = new WeakMap<FastifyRequest, SiteUser>();

function ordersApp(site: OrdersSite, onError: (error: unknown) => void): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  app.register(
    requestAudit(site.log, {
      ...siteOptions(),
      actor: (request) => actorOf(users.get(request)),
      tenant: (request) => users.get(request)?.tenant,
      onError,
    }),
  );
  app.addHook('onRequest', async (request) => {
    const user = userOf(request.headers['x-user'] as string | undefined);
    if (user !== undefined) users.set(request, user);
  });
  app.get('/health', async () => '');
  app.post('/orders', async (request, reply) => reply.code(201).send(site.create(request.body)));
  app.get<{ Params: { id: string } }>('/orders/:id', async (request) => site.order(request.params.id));
  app.put<{ Params: { id: string } }>('/orders/:id', (request) => site.note(request.params.id));
  app.post('/orders/:id/approve', async () => ({}));
  app.register(
    async (tenants) => {
      tenants.register(
        async (members) => {
          members.get('/:memberId', async (request) => request.params);
          members.delete('/:memberId', () => site.fail());
        },
        { prefix: '/members' },
      );
    },
    { prefix: '/tenants/:tenantId' },
  );
  app.get('/throws', () => site.fail());
  app.get('/rejects', () => site.reject());
  app.get('/waits', () => site.wait());
  app.get('/streams', (_request, reply) => reply.send(Readable.from(site.chunks())));
  app.get('/forbidden', (_request, reply) => reply.code(403).send());
  app.get('/unauthorized', (_request, reply) => reply.code(401).send());
  app.get('/missing/:id', (_request, reply) => reply.code(404).send());
  app.get('/resets/:token', async () => ({}));
  return app;
}

describeConformance('Fastify', {
  async start(site, onError): Promise<RunningSite> {
    const app = ordersApp(site, onError);
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    return { origin, close: () => app.close() };
  },
});
