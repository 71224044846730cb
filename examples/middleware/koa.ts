import { createClient } from '@attestlog/client';
import { type KoaContext, requestAudit } from '@attestlog/middleware/koa';
import Router from '@koa/router';
import Koa from 'koa';

export const audit = createClient({ service: 'shop' });
export const app = new Koa<{ user?: string }>();

app.use(
  requestAudit<KoaContext & { state: { user?: string } }>(audit, {
    actor: ({ state }) => (state.user === undefined ? undefined : { type: 'user', id: state.user }),
    tenant: () => 'acme',
  }),
);
app.use(async (context, next) => {
  context.state.user = context.get('authorization').replace('Bearer ', '');
  await next();
});

const router = new Router();
router.post('/orders', (context) => {
  context.status = 201;
  context.body = { id: 'o-1' };
});
router.put('/orders/:id', async (context) => {
  await audit.log({ action: 'stock.reserve', targets: [{ type: 'order', id: context.params.id! }] });
  context.body = {};
});
app.use(router.routes());
