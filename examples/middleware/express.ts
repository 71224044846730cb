import { createClient } from '@attestlog/client';
import { requestAudit, requestAuditErrors } from '@attestlog/middleware/express';
import express, { type Request } from 'express';

type UserRequest = Request & { user?: { id: string; tenant: string } };

// The address and the key are read from ATTESTLOG_URL and ATTESTLOG_KEY.
export const audit = createClient({ service: 'shop' });
export const app = express();

app.use(
  requestAudit<UserRequest>(audit, {
    actor: ({ user }) => user && { type: 'user', id: user.id },
    tenant: ({ user }) => user?.tenant,
    trustedProxies: ['10.0.0.0/8'],
    exclude: ['OPTIONS', 'GET /health'],
    routes: { 'POST /orders': { request: ['/amount', '/items/*/sku'], response: ['/id'] } },
  }),
);
// The application's own authentication; it may come after the audit.
app.use((request: UserRequest, _response, next) => {
  if (request.get('authorization') === 'Bearer jane') request.user = { id: 'jane', tenant: 'acme' };
  next();
});
app.use(express.json());

app.post('/orders', (_request, response) => {
  response.status(201).json({ id: 'o-1', secret: 'not recorded' });
});
app.put('/orders/:id', async (request, response) => {
  // It has the request's actor, tenant, ids and trace without being told.
  await audit.log({ action: 'stock.reserve', targets: [{ type: 'order', id: request.params.id }] });
  response.json({});
});

app.use(requestAuditErrors());
