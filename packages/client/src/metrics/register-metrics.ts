import type { ClientStats } from '../writing/client-stats.js';

/** The part of OpenTelemetry's `Meter` (API 1.x) that is used, written out so that no package is needed for a type. */
export interface Meter {
  createObservableCounter(name: string, options?: InstrumentOptions): Observable;
  createObservableGauge(name: string, options?: InstrumentOptions): Observable;
}

interface InstrumentOptions {
  description?: string;
  unit?: string;
}

interface Observable {
  addCallback(callback: ObservableCallback): void;
  removeCallback(callback: ObservableCallback): void;
}

type ObservableCallback = (result: { observe(value: number, attributes?: Record<string, string>): void }) => void;

/** Values of an instrument: one, or one for each value of an attribute. */
type Measured = number | { readonly attribute: string; readonly values: Readonly<Record<string, number>> };

interface Instrument {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly measure: (stats: ClientStats) => Measured;
}

const counters: readonly Instrument[] = [
  {
    name: 'attestlog.client.events.logged',
    unit: '{event}',
    description: 'Calls of log, failure and denied.',
    measure: (stats) => stats.logged_events,
  },
  {
    name: 'attestlog.client.events.left_out',
    unit: '{event}',
    description: 'Events that the policy leaves out, by reason.',
    measure: (stats) => ({ attribute: 'reason', values: stats.left_out_events }),
  },
  {
    name: 'attestlog.client.events.acknowledged',
    unit: '{event}',
    description: 'Events that the server has on stable storage.',
    measure: ({ delivery }) => delivery.acknowledged_events,
  },
  {
    name: 'attestlog.client.events.dropped',
    unit: '{event}',
    description: 'Events lost at a bound, by reason.',
    measure: ({ delivery }) => ({ attribute: 'reason', values: delivery.dropped_events }),
  },
  {
    name: 'attestlog.client.events.refused',
    unit: '{event}',
    description: 'Events that can never be recorded, by the client or by the server.',
    measure: ({ not_accepted_events: client, delivery }) => ({
      attribute: 'by',
      values: { client, server: delivery.refused_events },
    }),
  },
  {
    name: 'attestlog.client.requests',
    unit: '{request}',
    description: 'Requests to the server, by how they ended.',
    measure: ({ delivery: { requests, failed_requests } }) => ({
      attribute: 'outcome',
      values: { success: requests - failed_requests, failure: failed_requests },
    }),
  },
  {
    name: 'attestlog.client.sent',
    unit: 'By',
    description: 'Bytes of the bodies of requests, compressed.',
    measure: ({ delivery }) => delivery.sent_bytes,
  },
];

const gauges: readonly Instrument[] = [
  {
    name: 'attestlog.client.events.waiting',
    unit: '{event}',
    description: 'Events that wait for the server, by where they wait.',
    measure: ({ delivery }) => ({
      attribute: 'place',
      values: { memory: delivery.buffered_events, disk: delivery.spooled_events },
    }),
  },
  {
    name: 'attestlog.client.waiting',
    unit: 'By',
    description: 'Size of the events that wait, by where they wait.',
    measure: ({ delivery }) => ({
      attribute: 'place',
      values: { memory: delivery.buffered_bytes, disk: delivery.spooled_bytes },
    }),
  },
  {
    name: 'attestlog.client.oldest_waiting',
    unit: 'ms',
    description: 'Age of the oldest event that waits.',
    measure: ({ delivery }) => delivery.oldest_waiting_ms,
  },
  {
    name: 'attestlog.client.connected',
    unit: '1',
    description: '1 when the last request was answered, 0 when it was not. Nothing before the first.',
    measure: ({ delivery: { connection } }) => ({
      attribute: 'server',
      values: connection === 'unknown' ? {} : { audit: connection === 'up' ? 1 : 0 },
    }),
  },
];

/**
 * Shows how a client is on a meter of OpenTelemetry. The meter reads when it exports; nothing is counted twice.
 *
 * @param meter `metrics.getMeter('…')` of the application's OpenTelemetry
 * @returns what takes the instruments' callbacks away
 */
export function registerMetrics(meter: Meter, client: { stats(): ClientStats }): () => void {
  const observe = (observable: Observable, { measure }: Instrument): (() => void) => {
    const callback: ObservableCallback = (result) => {
      const measured = measure(client.stats());
      if (typeof measured === 'number') return result.observe(measured);
      for (const [value, number] of Object.entries(measured.values)) {
        result.observe(number, { [measured.attribute]: value });
      }
    };
    observable.addCallback(callback);
    return () => observable.removeCallback(callback);
  };
  const endings = [
    ...counters.map((each) => observe(meter.createObservableCounter(each.name, optionsOf(each)), each)),
    ...gauges.map((each) => observe(meter.createObservableGauge(each.name, optionsOf(each)), each)),
  ];
  return () => {
    for (const end of endings) end();
  };
}

function optionsOf({ unit, description }: Instrument): InstrumentOptions {
  return { unit, description };
}
