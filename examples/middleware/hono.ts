import { createClient } from '@attestlog/client';
import { requestAudit } from '@attestlog/middleware/hono';
import { Hono } from 'hono';

export const audit = createClient({ service: 'shop' });
export const app = new Hono<{ Variables: { user: string } }>();

app.use(
  requestAudit(audit, {
    actor: (context) => ({ type: 'user', id: context.get('user') }),
    tenant: () => 'acme',
    routes: { 'POST /orders': { request: ['/amount'], response: ['/id'] } },
  }),
);
app.use(async (context, next) => {
  context.set('user', context.req.header('authorization')?.replace('Bearer ', '') ?? 'anonymous');
  await next();
});

app.post('/orders', async (context) => {
  await context.req.json();
  return context.json({ id: 'o-1' }, 201);
});
app.put('/orders/:id', async (context) => {
  await audit.log({ action: 'stock.reserve', targets: [{ type: 'order', id: context.req.param('id') }] });
  return context.json({});
});
