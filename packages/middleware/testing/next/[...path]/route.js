import { forbidden, notFound, redirect } from 'next/navigation';
import { audited, site } from '../audit.js';

const encoder = new TextEncoder();

function streamOf(chunks) {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

/** The other routes in one file: Next compiles each file for itself, and these say nothing more about it. */
const routes = [
  ['GET', '/health', () => new Response()],
  ['POST', '/orders', async (request) => Response.json(site.create(await request.json()), { status: 201 })],
  ['POST', '/orders/[id]/approve', () => Response.json({})],
  ['GET', '/tenants/[tenantId]/members/[memberId]', () => Response.json({})],
  ['DELETE', '/tenants/[tenantId]/members/[memberId]', () => site.fail()],
  ['GET', '/throws', () => site.fail()],
  ['GET', '/rejects', () => site.reject()],
  ['GET', '/waits', async () => Response.json(await site.wait())],
  ['GET', '/streams', () => new Response(streamOf(site.chunks()))],
  ['GET', '/forbidden', () => new Response(null, { status: 403 })],
  ['GET', '/unauthorized', () => new Response(null, { status: 401 })],
  ['GET', '/missing/[id]', () => new Response(null, { status: 404 })],
  ['GET', '/resets/[token]', () => Response.json({})],
  ['GET', '/redirects', () => redirect('/elsewhere')],
  ['GET', '/not-found', () => notFound()],
  ['GET', '/thrown-forbidden', () => forbidden()],
].map(([method, pattern, handler]) => ({
  method,
  expression: new RegExp(`^${pattern.replace(/\[\w+\]/g, '[^/]+')}$`),
  handle: audited(pattern, handler),
}));

function dispatch(request, context) {
  const { pathname } = new URL(request.url);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = routes.find((one) => one.method === method && one.expression.test(pathname));
  return route === undefined ? new Response(null, { status: 404 }) : route.handle(request, context);
}

export const GET = dispatch;
export const POST = dispatch;
export const DELETE = dispatch;
