import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ItemResult } from '../intake/item.js';
import type { SealedBatchSummary } from '../sequencer/sequencer.js';
import { processMetrics } from './process-metrics.js';
import { type QueryCounts, showQueries } from './search/query-metrics.js';

/** What is read when the metrics are asked for. */
export interface MetricSources {
  journal(): Promise<{ heldBytes: number; lastSequence: number }>;
  sealedThrough(): number;
  pendingIds(): number;
  recentIds(): { ids: number; bytes: number; complete: boolean };
  requestsUnderWay(): number;
  /** Look-ups of what a principal may do: found, and worked out anew. */
  permissionCache(): { hits: number; misses: number; entries: number };
  queries(): QueryCounts;
  /** Streams of those who watch, and the memory that is held for them. */
  live(): { streams: number; waitingBytes: number; recentBytes: number };
}

const SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The server's metrics, in a registry of their own. */
export class Metrics {
  readonly registry = new Registry();
  readonly #events = new Counter({
    name: 'attestlog_events_total',
    help: 'Events that were sent, by what became of them.',
    labelNames: ['result'] as const,
    registers: [this.registry],
  });
  readonly #requests = new Histogram({
    name: 'attestlog_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #sealed = new Counter({
    name: 'attestlog_sealed_events_total',
    help: 'Events that were sealed into their tenants’ logs.',
    registers: [this.registry],
  });
  readonly #repeats = new Counter({
    name: 'attestlog_sequencer_repeats_total',
    help: 'Records that the sequencer dropped because they were sealed already.',
    registers: [this.registry],
  });
  readonly #batchSeconds = new Histogram({
    name: 'attestlog_sequencer_batch_duration_seconds',
    help: 'Time to seal one batch.',
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #batchEvents = new Histogram({
    name: 'attestlog_sequencer_batch_events',
    help: 'Events in one batch.',
    buckets: [1, 10, 100, 1000, 5000, 10_000, 25_000, 50_000, 100_000],
    registers: [this.registry],
  });
  readonly #delivery = new Histogram({
    name: 'attestlog_live_delay_seconds',
    help: 'Time from the acknowledgement of an event until a live stream had it taken by its client’s side.',
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #failures = new Counter({
    name: 'attestlog_sequencer_failures_total',
    help: 'Batches that failed and were taken up again.',
    registers: [this.registry],
  });
  readonly #store = new Histogram({
    name: 'attestlog_store_operation_duration_seconds',
    help: 'Time that the event store took for an operation.',
    labelNames: ['operation', 'result'] as const,
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #witness = new Counter({
    name: 'attestlog_witness_requests_total',
    help: 'Cosignatures that witnesses were asked for.',
    labelNames: ['witness', 'result'] as const,
    registers: [this.registry],
  });
  readonly #syslog = new Counter({
    name: 'attestlog_syslog_messages_total',
    help: 'Messages of syslog that came, by listener and by what became of them.',
    labelNames: ['listener', 'result'] as const,
    registers: [this.registry],
  });
  readonly #syslogRefusals = new Counter({
    name: 'attestlog_syslog_refusals_total',
    help: 'Connections and datagrams of syslog that were not let in.',
    labelNames: ['listener'] as const,
    registers: [this.registry],
  });
  readonly #syslogConnections = new Gauge({
    name: 'attestlog_syslog_connections',
    help: 'Connections of syslog that are open.',
    labelNames: ['listener'] as const,
    registers: [this.registry],
  });

  constructor(sources: MetricSources) {
    // What happens before they are asked for counts too.
    processMetrics();
    this.#gauge('attestlog_journal_held_bytes', 'Bytes in the journal that are not sealed yet.', async () => {
      return (await sources.journal()).heldBytes;
    });
    this.#gauge('attestlog_journal_lag_chunks', 'Chunks in the journal that are not sealed yet.', async () => {
      return Math.max(0, (await sources.journal()).lastSequence - sources.sealedThrough());
    });
    this.#gauge('attestlog_pending_ids', 'Ids of events that are not sealed yet.', () => sources.pendingIds());
    this.#gauge('attestlog_recent_ids', 'Ids that are remembered.', () => sources.recentIds().ids);
    this.#gauge('attestlog_recent_ids_bytes', 'Memory for remembered ids.', () => sources.recentIds().bytes);
    this.#gauge('attestlog_recent_ids_complete', '1 when every id of the window is remembered.', () =>
      sources.recentIds().complete ? 1 : 0,
    );
    this.#gauge('attestlog_http_requests_under_way', 'Requests under way.', () => sources.requestsUnderWay());
    this.#gauge('attestlog_live_streams', 'Streams that are open.', () => sources.live().streams);
    this.#gauge('attestlog_live_waiting_bytes', 'Events that wait to be taken by streams.', () => {
      return sources.live().waitingBytes;
    });
    this.#gauge('attestlog_live_recent_bytes', 'Memory for the newest events, which streams read from.', () => {
      return sources.live().recentBytes;
    });
    this.#showPermissionCache(sources);
    showQueries(this.registry, sources.queries);
  }

  #showPermissionCache({ permissionCache }: MetricSources): void {
    this.#gauge('attestlog_permission_cache_entries', 'Remembered permissions.', () => permissionCache().entries);
    this.#gauge('attestlog_permission_cache_hit_ratio', 'Share of look-ups that found what they looked for.', () => {
      const { hits, misses } = permissionCache();
      return hits + misses === 0 ? 1 : hits / (hits + misses);
    });
    new Counter({
      name: 'attestlog_permission_cache_lookups_total',
      help: 'Look-ups of permissions, by whether they were remembered.',
      labelNames: ['result'] as const,
      registers: [this.registry],
      collect() {
        const { hits, misses } = permissionCache();
        this.reset();
        this.inc({ result: 'hit' }, hits);
        this.inc({ result: 'miss' }, misses);
      },
    });
  }

  /** All of them and those of the process, in the text format that {@link Metrics.contentType} names. */
  text(): Promise<string> {
    return Registry.merge([processMetrics(), this.registry]).metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  countResults(results: readonly ItemResult[]): void {
    const counts = { stored: 0, duplicate: 0, conflict: 0, refused: 0, left_out: 0 };
    for (const { status } of results) counts[status] += 1;
    for (const [result, count] of Object.entries(counts)) if (count > 0) this.#events.inc({ result }, count);
  }

  observeRequest(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  observeBatch(summary: SealedBatchSummary, seconds: number): void {
    this.#sealed.inc(summary.events);
    this.#repeats.inc(summary.repeats);
    this.#batchSeconds.observe(seconds);
    this.#batchEvents.observe(summary.events);
  }

  observeDelivery(seconds: number): void {
    this.#delivery.observe(seconds);
  }

  countFailedBatch(): void {
    this.#failures.inc();
  }

  observeStore(operation: string, seconds: number, succeeded: boolean): void {
    this.#store.observe({ operation, result: succeeded ? 'ok' : 'failed' }, seconds);
  }

  countWitness(witness: string, result: 'cosigned' | 'failed'): void {
    this.#witness.inc({ witness, result });
  }

  countSyslogMessages(listener: string, result: string, messages: number): void {
    this.#syslog.inc({ listener, result }, messages);
  }

  countSyslogRefusal(listener: string): void {
    this.#syslogRefusals.inc({ listener });
  }

  setSyslogConnections(listener: string, open: number): void {
    this.#syslogConnections.set({ listener }, open);
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        // What cannot be read now takes nothing from the other metrics.
        this.set(
          await Promise.resolve()
            .then(read)
            .catch(() => Number.NaN),
        );
      },
    });
  }
}
