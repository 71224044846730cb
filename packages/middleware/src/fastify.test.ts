import { Readable } from 'node:stream';
import { currentContext } from '@attestlog/client';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { CollectingLog } from '../testing/collecting-log.js';
import { describeConformance, type RunningSite } from '../testing/conformance.js';
import { send } from '../testing/loopback.js';
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

it('makes the same event where handlers are to have no context', async () => {
  const log = new CollectingLog();
  const app = fastify({ forceCloseConnections: true });
  const actor = { type: 'user', id: 'jane' };
  app.register(requestAudit(log, { context: false, actor: () => actor, tenant: () => 'acme' }));
  const seen: unknown[] = [];
  app.get('/orders/:id', async () => {
    seen.push(currentContext());
    return {};
  });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  await send(origin, { path: '/orders/17' });
  const [recorded] = await log.until(1);
  await app.close();
  expect(seen).toEqual([undefined]);
  expect(recorded?.event).toMatchObject({ action: 'order.read', actor, targets: [{ type: 'order', id: '17' }] });
  expect(recorded?.context).toMatchObject({ tenant: 'acme', request_id: recorded?.event.request_id });
});
