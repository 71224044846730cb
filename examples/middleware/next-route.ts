// app/orders/[id]/route.ts
import { createClient } from '@attestlog/client';
import { requestAudit } from '@attestlog/middleware/next';

// In a file of their own, so that all routes have the same.
export const audit = createClient({ service: 'shop' });
const audited = requestAudit(audit, {
  actor: ({ headers }) => ({ type: 'user', id: headers.get('authorization')?.replace('Bearer ', '') ?? 'anonymous' }),
  tenant: () => 'acme',
  routes: { 'PUT /orders/[id]': { request: ['/amount'] } },
});

export const PUT = audited(
  '/orders/[id]',
  async (_request: Request, { params }: { params: Promise<{ id: string }> }) => {
    const { id } = await params;
    await audit.log({ action: 'stock.reserve', targets: [{ type: 'order', id }] });
    return Response.json({});
  },
);
