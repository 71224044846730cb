import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Attestlog, createClient } from '@attestlog/client';
import { serveTask } from './task.js';

/** How an application audits: not at all, by a request an event that it waits for, or by the SDK. */
export type AuditVariant = 'none' | 'one request an event' | 'SDK, all' | 'SDK, writes_only';

export interface CriteriaJob {
  variant: AuditVariant;
  /** Where the application listens. */
  port: number;
  auditUrl: string;
  key: string;
  tenant: string;
}

export interface CriteriaResult {
  /** Events that were to be recorded. */
  recordedEvents: number;
  /** Requests to the audit server. */
  auditRequests: number;
  lostEvents: number;
  /** Memory of the application after each second, the most, in MiB. */
  mostResidentMib: number;
  /** From the end of the load until all was acknowledged. */
  drainSeconds: number;
}

const OPERATIONS = { GET: 'read', POST: 'create', PUT: 'update', DELETE: 'delete' } as const;
type Method = keyof typeof OPERATIONS;

/** What an ordinary route makes of a request. */
const answer = JSON.stringify(Array.from({ length: 20 }, (_, id) => ({ id, name: `tool ${id}`, enabled: true })));

serveTask<CriteriaJob, CriteriaResult>(async (job) => {
  const audit = auditOf(job);
  let mostResidentMib = 0;
  const meter = setInterval(() => {
    mostResidentMib = Math.max(mostResidentMib, process.memoryUsage.rss() / 1024 ** 2);
  }, 250);
  await new Promise<void>((resolve) => {
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/end') {
        response.end();
        server.close();
        server.closeAllConnections();
        resolve();
        return;
      }
      const [, kind = 'tool', id = ''] = (request.url ?? '').split('/');
      void audit.record(request.method as Method, kind, id).then(() => response.end(answer));
    });
    // Users come all at once, and think between their requests.
    server.keepAliveTimeout = 120_000;
    server.listen({ port: job.port, host: '127.0.0.1', backlog: 4096 });
  });
  clearInterval(meter);
  const endedMs = performance.now();
  const counts = await audit.finish();
  return { ...counts, mostResidentMib, drainSeconds: (performance.now() - endedMs) / 1000 };
});

interface Audit {
  record(method: Method, kind: string, id: string): Promise<unknown>;
  finish(): Promise<Pick<CriteriaResult, 'recordedEvents' | 'auditRequests' | 'lostEvents'>>;
}

function eventOf(method: Method, kind: string, id: string) {
  const operation = OPERATIONS[method];
  return {
    action: `${kind}.${operation}`,
    operation,
    targets: [{ type: kind, id }],
    actor: { type: 'user', id: 'u1' },
  };
}

function auditOf(job: CriteriaJob): Audit {
  if (job.variant === 'none') {
    const nothing = { recordedEvents: 0, auditRequests: 0, lostEvents: 0 };
    return { record: async () => undefined, finish: async () => nothing };
  }
  if (job.variant === 'one request an event') return requestAudit(job);
  const level = job.variant === 'SDK, all' ? 'all' : 'writes_only';
  const client = createClient({
    ...{ url: job.auditUrl, apiKey: job.key, tenant: job.tenant, environment: {}, closeTimeoutMs: 60_000 },
    policy: { level, buffer_max_events: 500, buffer_flush_interval_seconds: 2 },
  });
  return clientAudit(client);
}

function clientAudit(client: Attestlog): Audit {
  return {
    // Not waited for: this is what keeps the audit out of the request.
    record: async (method, kind, id) => void client.log(eventOf(method, kind, id)),
    async finish() {
      await client.close();
      const { delivery } = client.stats();
      const lostEvents = Object.values(delivery.dropped_events).reduce((sum, count) => sum + count, 0);
      return { recordedEvents: delivery.accepted_events, auditRequests: delivery.requests, lostEvents };
    },
  };
}

function requestAudit({ auditUrl, key, tenant }: CriteriaJob): Audit {
  let auditRequests = 0;
  let lostEvents = 0;
  const headers = { authorization: `Bearer ${key}`, 'x-tenant-id': tenant, 'content-type': 'application/json' };
  return {
    async record(method, kind, id) {
      auditRequests += 1;
      const body = JSON.stringify(eventOf(method, kind, id));
      const response = await fetch(`${auditUrl}/api/v1/events`, { method: 'POST', headers, body }).catch(
        () => undefined,
      );
      if (response?.ok !== true) lostEvents += 1;
      await response?.arrayBuffer();
    },
    finish: async () => ({ recordedEvents: auditRequests, auditRequests, lostEvents }),
  };
}
