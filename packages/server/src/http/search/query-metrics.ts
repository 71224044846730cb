import { Counter, Gauge, type Registry } from 'prom-client';

/** What the queries come to, of all tenants. */
export interface QueryCounts {
  readonly running: number;
  readonly waiting: number;
  /** Since the start, by how they ended. */
  readonly ended: Readonly<Record<'answered' | 'refused' | 'cancelled' | 'exhausted' | 'failed', number>>;
}

/** Puts the queries among the metrics. */
export function showQueries(registry: Registry, counts: () => QueryCounts): void {
  const gauge = (name: 'running' | 'waiting', help: string) =>
    new Gauge({
      name: `attestlog_queries_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(counts()[name]);
      },
    });
  gauge('running', 'Queries of clients that run.');
  gauge('waiting', 'Queries of clients that wait for their turn.');
  new Counter({
    name: 'attestlog_queries_total',
    help: 'Queries of clients, by how they ended.',
    labelNames: ['result'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(counts().ended)) this.inc({ result }, count);
    },
  });
}
