import type { DeliveryNotice, DeliveryOptions, DeliveryWorld, ReadyEvent } from '../src/delivery/delivery.js';
import { SimulatedServer, type SimulatedServerOptions } from './simulated-server.js';
import { VirtualTime } from './virtual-time.js';

export interface DeliverySetting {
  readonly time: VirtualTime;
  readonly server: SimulatedServer;
  readonly world: DeliveryWorld;
  readonly notices: DeliveryNotice[];
  readonly options: DeliveryOptions;
}

/** A deliverer's surroundings without a network, a clock or chance. */
export function deliverySetting(
  options: Partial<DeliveryOptions> = {},
  server: Omit<Partial<SimulatedServerOptions>, 'time'> = {},
): DeliverySetting {
  const time = new VirtualTime();
  const random = server.random ?? (() => 0.5);
  const simulated = new SimulatedServer({ random, ...server, time });
  const notices: DeliveryNotice[] = [];
  let stamped = 0;
  const world: DeliveryWorld = {
    nowMs: time.nowMs,
    after: time.after,
    random,
    fetch: simulated.fetch as typeof fetch,
    stamp: (event, tenant) => {
      stamped += 1;
      const id = `stamped-${stamped}`;
      return { id, json: JSON.stringify({ ...event, id, time: new Date(time.nowMs()).toISOString() }), tenant };
    },
    notify: (notice) => notices.push(notice),
  };
  return {
    time,
    server: simulated,
    world,
    notices,
    options: {
      durability: 'memory',
      server: { url: 'http://server', credential: () => 'key', tenant: undefined },
      flushIntervalMs: 1000,
      flushEvents: 100,
      batchMaxBytes: 1_000_000,
      bufferMaxEvents: 10_000,
      bufferMaxBytes: 10_000_000,
      requestTimeoutMs: 10_000,
      closeTimeoutMs: 5000,
      retryMinDelayMs: 100,
      retryMaxDelayMs: 10_000,
      compress: false,
      spool: undefined,
      deadLetters: undefined,
      ...options,
    },
  };
}

export function readyEvent(id: string, more: Record<string, unknown> = {}, tenant?: string): ReadyEvent {
  const json = JSON.stringify({ action: 'order.approve', id, time: '2026-01-01T00:00:00.000Z', ...more });
  return tenant === undefined ? { id, json } : { id, json, tenant };
}
