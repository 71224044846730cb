import { audited, site } from '../../audit.js';

export const GET = audited('/orders/[id]', async (_request, { params }) => {
  const { id } = await params;
  return Response.json(site.order(id));
});

export const PUT = audited('/orders/[id]', async (_request, { params }) => {
  const { id } = await params;
  return Response.json(await site.note(id));
});
