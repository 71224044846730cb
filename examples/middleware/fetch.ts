import { createClient } from '@attestlog/client';
import { requestAudit } from '@attestlog/middleware/fetch';

export const audit = createClient({ service: 'shop' });
const audited = requestAudit(audit, {
  actor: ({ headers }) => ({ type: 'user', id: headers.get('authorization')?.replace('Bearer ', '') ?? 'anonymous' }),
  tenant: () => 'acme',
});

const updateOrder = audited('/orders/:id', async (request: Request) => {
  const id = new URL(request.url).pathname.split('/').at(-1)!;
  await audit.log({ action: 'stock.reserve', targets: [{ type: 'order', id }] });
  return Response.json({});
});

// For Bun.serve, Deno.serve, or whatever takes a handler of fetch.
export default { fetch: updateOrder };
