import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AuditLog, createClient } from '@attestlog/client';
import { requestAudit as expressAudit } from '@attestlog/middleware/express';
import { requestAudit as fastifyAudit } from '@attestlog/middleware/fastify';
import express from 'express';
import fastify from 'fastify';
import type { Work } from './audited-requests.js';

/**
 * Without the middleware; with it and the real client at a level; the same without a context for what handlers log; with it
 * and a log that takes all and does nothing.
 */
export type Variant = 'plain' | 'writes_only' | 'all' | 'all, context: false' | 'middleware alone';

export interface AppJob {
  readonly framework: 'Express' | 'Fastify';
  readonly variant: Variant;
  readonly work: Work;
  /** Where the client sends its events. */
  readonly sinkUrl: string;
}

const nothing: AuditLog = {
  log: (event) => Promise.resolve({ id: event.action, state: 'buffered' }),
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

function logOf({ variant, sinkUrl }: AppJob): AuditLog | undefined {
  if (variant === 'plain') return undefined;
  if (variant === 'middleware alone') return nothing;
  const policy = { level: variant === 'writes_only' ? variant : 'all' } as const;
  return createClient({ url: sinkUrl, apiKey: 'bench', policy, environment: {} });
}

/** What an application does for an answer, besides waiting for its database. */
function orders(count: number, id: string): object {
  const items = Array.from({ length: count }, (_, index) => ({
    id: `${id}-${index}`,
    amount: index * 17,
    currency: 'EUR',
    customer: { id: `c-${index}`, name: 'Jane Doe', city: 'Berlin' },
    placed_at: '2025-10-06T12:54:12.025Z',
    status: index % 3 === 0 ? 'paid' : 'open',
  }));
  return { id, items };
}

/** A search that is a read, as its method does not tell. */
const optionsOf = (variant: Variant) =>
  ({
    actor: () => ({ type: 'user', id: 'u-1' }),
    routes: { 'POST /shops/:shop/orders/search': { action: 'order.search', operation: 'read' } },
    context: variant !== 'all, context: false',
  }) as const;

async function found(body: { page: { size: number } }, shop: string): Promise<object> {
  await nextTurn();
  return orders(body.page.size, shop);
}

async function startExpress({ variant, work }: AppJob, log: AuditLog | undefined): Promise<number> {
  const app = express();
  if (log !== undefined) app.use(expressAudit(log, optionsOf(variant)));
  if (work === 'empty') {
    app.get('/orders/:id', (request, response) => void response.json({ id: request.params.id }));
  } else {
    app.use(express.json());
    app.post('/shops/:shop/orders/search', async (request, response) => {
      response.json(await found(request.body, request.params.shop));
    });
  }
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function startFastify({ variant, work }: AppJob, log: AuditLog | undefined): Promise<number> {
  const app = fastify();
  if (log !== undefined) app.register(fastifyAudit(log, optionsOf(variant)));
  if (work === 'empty') {
    app.get<{ Params: { id: string } }>('/orders/:id', async ({ params }) => ({ id: params.id }));
  } else {
    app.post<{ Params: { shop: string }; Body: { page: { size: number } } }>(
      '/shops/:shop/orders/search',
      ({ body, params }) => found(body, params.shop),
    );
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

// A process of its own: told its job, it answers with its port, and later with the CPU time that it has used.
process.on('message', (message: AppJob | 'cpu') => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send!({ cpuMs: (user + system) / 1000 });
    return;
  }
  const start = message.framework === 'Express' ? startExpress : startFastify;
  void start(message, logOf(message)).then((port) => process.send!({ port }));
});
process.on('disconnect', () => process.exit());
