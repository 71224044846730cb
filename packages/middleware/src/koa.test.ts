import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import Router from '@koa/router';
import Koa from 'koa';
import { describeConformance } from '../testing/conformance.js';
import { listen } from '../testing/listen.js';
import { actorOf, type OrdersSite, type SiteUser, siteOptions, userOf } from '../testing/orders-site.js';
import { requestAudit } from './koa.js';

interface State extends Koa.DefaultState {
  user?: SiteUser | undefined;
}
type SiteContext = Koa.ParameterizedContext<State>;

function ordersApp(site: OrdersSite, onError: (error: unknown) => void): Koa<State> {
  const app = new Koa<State>();
  app.silent = true;
  app.use(
    requestAudit<SiteContext>(site.log, {
      ...siteOptions(),
      actor: (context) => actorOf(context.state.user),
      tenant: (context) => context.state.user?.tenant,
      onError,
    }),
  );
  app.use(async (context, next) => {
    context.state.user = userOf(context.get('x-user') || undefined);
    if (context.is('json')) (context.request as { body?: unknown }).body = await json(context.req);
    await next();
  });
  const router = new Router<State>();
  router.get('/health', (context) => {
    context.body = '';
  });
  router.post('/orders', (context) => {
    context.status = 201;
    context.body = site.create((context.request as { body?: unknown }).body);
  });
  router.get('/orders/:id', (context) => {
    context.body = site.order(context.params.id!);
  });
  router.put('/orders/:id', async (context) => {
    context.body = await site.note(context.params.id!);
  });
  router.post('/orders/:id/approve', (context) => {
    context.body = {};
  });
  const members = new Router<State>();
  members.get('/members/:memberId', (context) => {
    context.body = context.params;
  });
  members.delete('/members/:memberId', () => site.fail());
  router.use('/tenants/:tenantId', members.routes());
  router.get('/throws', () => site.fail());
  router.get('/rejects', () => site.reject());
  router.get('/waits', async (context) => {
    context.body = await site.wait();
  });
  router.get('/streams', (context) => {
    context.body = Readable.from(site.chunks());
  });
  for (const [path, status] of [
    ['/forbidden', 403],
    ['/unauthorized', 401],
    ['/missing/:id', 404],
    ['/resets/:token', 200],
  ] as const) {
    router.get(path, (context) => {
      context.status = status;
      context.body = {};
    });
  }
  app.use(router.routes());
  return app;
}

describeConformance('Koa', {
  start: (site, onError) => listen(createServer(ordersApp(site, onError).callback())),
});
