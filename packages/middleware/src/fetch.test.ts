import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { describeConformance } from '../testing/conformance.js';
import { listen } from '../testing/listen.js';
import { actorOf, type OrdersSite, siteOptions, userOf } from '../testing/orders-site.js';
import { requestAudit } from './fetch.js';

type Handler = (request: Request, parameters: Record<string, string>) => Response | Promise<Response>;

/** A router as an application without a framework has one: the first pattern that fits. */
class SmallRouter {
  readonly #routes: { method: string; pattern: string; expression: RegExp; handler: Handler }[] = [];

  on(method: string, pattern: string, handler: Handler): void {
    const expression = new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    this.#routes.push({ method, pattern, expression, handler });
  }

  find(request: Request) {
    const { pathname } = new URL(request.url);
    return this.#routes.find(
      ({ method, expression }) =>
        (method === request.method || (method === 'GET' && request.method === 'HEAD')) && expression.test(pathname),
    );
  }

  async handle(request: Request): Promise<Response> {
    const route = this.find(request);
    if (route === undefined) return new Response(null, { status: 404 });
    const { groups = {} } = route.expression.exec(new URL(request.url).pathname) ?? {};
    const decoded = Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]);
    return route.handler(request, Object.fromEntries(decoded));
  }
}

function ordersHandler(site: OrdersSite, onError: (error: unknown) => void): (request: Request) => Promise<Response> {
  const router = new SmallRouter();
  const empty = (status: number) => () => new Response(null, { status });
  router.on('GET', '/health', empty(200));
  router.on('POST', '/orders', async (request) => Response.json(site.create(await request.json()), { status: 201 }));
  router.on('GET', '/orders/:id', (_request, { id }) => Response.json(site.order(id!)));
  router.on('PUT', '/orders/:id', async (_request, { id }) => Response.json(await site.note(id!)));
  router.on('POST', '/orders/:id/approve', () => Response.json({}));
  router.on('GET', '/tenants/:tenantId/members/:memberId', () => Response.json({}));
  router.on('DELETE', '/tenants/:tenantId/members/:memberId', () => site.fail());
  router.on('GET', '/throws', () => site.fail());
  router.on('GET', '/rejects', () => site.reject());
  router.on('GET', '/waits', async () => Response.json(await site.wait()));
  router.on('GET', '/streams', () => new Response(streamOf(site.chunks())));
  router.on('GET', '/forbidden', empty(403));
  router.on('GET', '/unauthorized', empty(401));
  router.on('GET', '/missing/:id', empty(404));
  router.on('GET', '/resets/:token', () => Response.json({}));
  const user = (request: Request) => userOf(request.headers.get('x-user') ?? undefined);
  const audited = requestAudit(site.log, {
    ...siteOptions(),
    actor: (request) => actorOf(user(request)),
    tenant: (request) => user(request)?.tenant,
    peerAddress: (request) => peers.get(request),
    onError,
  });
  return audited(
    (request) => router.find(request)?.pattern,
    (request) => router.handle(request),
  ) as (request: Request) => Promise<Response>;
}

/** The addresses of connections, as a server tells them beside the request. */
const peers = new WeakMap<Request, string | undefined>();

function streamOf(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

describeConformance('A handler of fetch', {
  start(site, onError) {
    const handler = ordersHandler(site, onError);
    const server = createAdaptorServer({
      async fetch(request, bindings) {
        peers.set(request, (bindings as HttpBindings).incoming.socket.remoteAddress);
        return handler(request).catch(() => new Response(null, { status: 500 }));
      },
    });
    return listen(server as never);
  },
  statusOfThrown: undefined,
});
