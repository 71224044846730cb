import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AuditLog, createClient } from '@attestlog/client';
import { requestAudit as expressAudit } from '@attestlog/middleware/express';
import { requestAudit as fastifyAudit } from '@attestlog/middleware/fastify';
import express from 'express';
import fastify from 'fastify';

/** Without the middleware; with it and the real client at a level; with it and a log that takes all and does nothing. */
export type Variant = 'plain' | 'writes_only' | 'all' | 'middleware alone';

export interface AppJob {
  readonly framework: 'Express' | 'Fastify';
  readonly variant: Variant;
  /** Orders in an answer: how much the application itself has to do. */
  readonly orders: number;
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
  const policy = { level: variant } as const;
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

async function startExpress(job: AppJob, log: AuditLog | undefined): Promise<number> {
  const app = express();
  if (log !== undefined) app.use(expressAudit(log, { actor: () => ({ type: 'user', id: 'u-1' }) }));
  app.get('/orders/:id', (request, response) => void response.json(orders(job.orders, request.params.id)));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function startFastify(job: AppJob, log: AuditLog | undefined): Promise<number> {
  const app = fastify();
  if (log !== undefined) app.register(fastifyAudit(log, { actor: () => ({ type: 'user', id: 'u-1' }) }));
  app.get<{ Params: { id: string } }>('/orders/:id', async (request) => orders(job.orders, request.params.id));
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
