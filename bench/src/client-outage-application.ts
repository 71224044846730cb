import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@attestlog/client';
import { percentile } from './stats.js';
import { serveTask } from './task.js';

/** An application that logs at a steady rate, whatever the server does. */
export interface OutageJob {
  url: string;
  key: string;
  folder: string;
  eventsPerSecond: number;
  seconds: number;
}

export interface OutageResult {
  /** Ids are `e1` to `eN`. */
  events: number;
  states: Record<string, number>;
  /** Of the calls of `log()`, in microseconds: the time that the caller cannot do anything else. */
  callMicros: { p50: number; p99: number; p999: number; max: number };
  /** Memory of the process, each second, in MiB. */
  residentMib: number[];
  mostSpooledEvents: number;
  mostBufferedEvents: number;
  /** From the last call until all was acknowledged. */
  drainSeconds: number;
  requests: number;
  retries: number;
  dropped: number;
}

const TURN_MS = 2;

serveTask<OutageJob, OutageResult>(async ({ url, key, folder, eventsPerSecond, seconds }) => {
  const client = createClient({
    ...{ url, apiKey: key, tenant: 'acme', durability: 'disk', spool: { folder, maxBytes: 4 * 1024 ** 3 } },
    ...{ flushIntervalMs: 500, flushEvents: 1000, retryMaxDelayMs: 2000, closeTimeoutMs: 120_000, environment: {} },
    policy: { level: 'all' },
  });
  const states: Record<string, number> = {};
  const micros = new Float64Array(eventsPerSecond * seconds + 1);
  const residentMib: number[] = [];
  let events = 0;
  let mostSpooledEvents = 0;
  let mostBufferedEvents = 0;
  const begunMs = performance.now();
  const meter = setInterval(() => {
    const { delivery } = client.stats();
    mostSpooledEvents = Math.max(mostSpooledEvents, delivery.spooled_events);
    mostBufferedEvents = Math.max(mostBufferedEvents, delivery.buffered_events);
    residentMib.push(process.memoryUsage.rss() / 1024 ** 2);
  }, 1000);
  while (performance.now() - begunMs < seconds * 1000) {
    const due = Math.min(micros.length - 1, Math.floor(((performance.now() - begunMs) / 1000) * eventsPerSecond));
    for (; events < due; events++) {
      const draft = {
        id: `e${events + 1}`,
        action: 'order.approve',
        operation: 'approve' as const,
        actor: { type: 'user', id: `user-${events % 500}` },
        targets: [{ type: 'order', id: String(events) }],
        source: { ip: '192.0.2.7' },
        metadata: { amount: events % 1000, currency: 'EUR' },
      };
      const before = performance.now();
      const outcome = client.log(draft);
      micros[events] = (performance.now() - before) * 1000;
      void outcome.then(({ state }) => {
        states[state] = (states[state] ?? 0) + 1;
      });
    }
    await sleep(TURN_MS);
  }
  const endedMs = performance.now();
  await client.flush();
  const drainSeconds = (performance.now() - endedMs) / 1000;
  clearInterval(meter);
  const { delivery } = client.stats();
  await client.close();
  const sorted = micros.slice(0, events).sort();
  const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => percentile(sorted, share));
  return {
    ...{ events, states, residentMib, mostSpooledEvents, mostBufferedEvents, drainSeconds },
    callMicros: { p50: p50!, p99: p99!, p999: p999!, max: sorted.at(-1) ?? 0 },
    requests: delivery.requests,
    retries: delivery.retries,
    dropped: Object.values(delivery.dropped_events).reduce((sum, count) => sum + count, 0),
  };
});
