import { createClient } from '@attestlog/client';
import { requestAudit } from '@attestlog/middleware/fastify';
import fastify from 'fastify';

export const audit = createClient({ service: 'shop' });
export const app = fastify();

app.register(
  requestAudit(audit, {
    actor: (request) => {
      const id = request.headers.authorization?.replace('Bearer ', '');
      return id === undefined ? undefined : { type: 'user', id };
    },
    tenant: () => 'acme',
  }),
);

app.post('/orders', { config: { audit: { request: ['/amount'], response: ['/id'] } } }, (_request, reply) =>
  reply.code(201).send({ id: 'o-1' }),
);
app.put<{ Params: { id: string } }>('/orders/:id', async (request) => {
  await audit.log({ action: 'stock.reserve', targets: [{ type: 'order', id: request.params.id }] });
  return {};
});
