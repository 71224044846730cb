import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { streamText } from 'hono/streaming';
import { expect, it } from 'vitest';
import { CollectingLog } from '../testing/collecting-log.js';
import { describeConformance } from '../testing/conformance.js';
import { listen } from '../testing/listen.js';
import { actorOf, type OrdersSite, type SiteUser, siteOptions, userOf } from '../testing/orders-site.js';
import { requestAudit } from './hono.js';

interface Environment {
  Variables: { user: SiteUser | undefined };
}

const userIn = (context: Context): SiteUser | undefined => context.get('user') as SiteUser | undefined;

function ordersApp(site: OrdersSite, onError: (error: unknown) => void): Hono<Environment> {
  const app = new Hono<Environment>();
  app.use(
    requestAudit(site.log, {
      ...siteOptions(),
      actor: (context) => actorOf(userIn(context)),
      tenant: (context) => userIn(context)?.tenant,
      onError,
    }),
  );
  app.use(async (context, next) => {
    context.set('user', userOf(context.req.header('x-user')));
    await next();
  });
  app.get('/health', (context) => context.text(''));
  app.post('/orders', async (context) => context.json(site.create(await context.req.json()), 201));
  app.get('/orders/:id', (context) => context.json(site.order(context.req.param('id'))));
  app.put('/orders/:id', async (context) => context.json(await site.note(context.req.param('id'))));
  app.post('/orders/:id/approve', (context) => context.json({}));
  const members = new Hono<Environment>();
  members.get('/members/:memberId', (context) => context.json(context.req.param()));
  members.delete('/members/:memberId', () => site.fail());
  app.route('/tenants/:tenantId', members);
  app.get('/throws', () => site.fail());
  app.get('/rejects', () => site.reject());
  app.get('/waits', async (context) => context.json(await site.wait()));
  app.get('/streams', (context) =>
    streamText(context, async (stream) => {
      for await (const chunk of site.chunks()) await stream.write(chunk);
    }),
  );
  app.get('/forbidden', (context) => context.body(null, 403));
  app.get('/unauthorized', (context) => context.body(null, 401));
  app.get('/missing/:id', (context) => context.body(null, 404));
  app.get('/resets/:token', (context) => context.json({}));
  app.onError((_error, context) => context.body(null, 500));
  return app;
}

describeConformance('Hono', {
  start: (site, onError) => listen(createAdaptorServer({ fetch: ordersApp(site, onError).fetch }) as never),
});

it('ends with the answer, or with its stream, where there is no server of Node', async () => {
  const log = new CollectingLog();
  const app = new Hono();
  app.use(requestAudit(log, { peerAddress: () => '192.0.2.7' }));
  app.get('/orders/:id', (context) => context.json({}));
  app.get('/streams', (context) => streamText(context, async (stream) => void (await stream.write('text'))));
  await app.request('/orders/17');
  expect(log.collected[0]?.event).toMatchObject({ targets: [{ id: '17' }], source: { ip: '192.0.2.7' } });
  const answer = await app.request('/streams');
  expect(log.collected).toHaveLength(1);
  expect(await answer.text()).toBe('text');
  expect(log.collected[1]?.event).toMatchObject({ action: 'stream.list', outcome: 'success' });
});
