import type { LogOutcome } from '../audit-log.js';
import { Account } from './account.js';
import type {
  CreateDelivery,
  Delivery,
  DeliveryOptions,
  DeliveryStats,
  DeliveryWorld,
  DropReason,
  ReadyEvent,
} from './delivery.js';
import { eventsOf, Gaps, gapEvent } from './gaps.js';
import { type Hold, held } from './hold.js';
import { Offers } from './offers.js';
import { oldestAgeMs } from './oldest-age.js';
import { gzipStream } from './sending/gzip-stream.js';
import { batchRequest, type Gzip } from './sending/post-batch.js';
import { Sender } from './sending/sender.js';

/** With `server`, calls are gathered for a moment: those of concurrent requests share a round trip. */
const SERVER_LINGER_MAX_MS = 2;
/** With `server`, so many batches of a tenant are under way at once: who waits should not wait for two round trips. */
const SERVER_REQUESTS = 2;
/** Browsers let 64 KiB of `keepalive` bodies be in flight; headers and other pages' requests need some of it. */
const KEEPALIVE_MAX_CHARS = 60_000;

export interface MemoryParts {
  readonly gzip: Gzip | undefined;
  /** Undefined where processes do not end by themselves. */
  readonly hold?: Hold | undefined;
  /** Keeps an event that the server refuses for good; undefined: it is only told and counted. */
  readonly bury?: ((event: ReadyEvent, code: string, reason: string) => void) | undefined;
}

/** `memory` and `server`: events wait in memory, within bounds, and are sent together. Runs on any platform. */
export class MemoryDelivery implements Delivery {
  readonly #options: DeliveryOptions;
  readonly #world: DeliveryWorld;
  readonly #account: Account;
  readonly #sender: Sender;
  readonly #gaps = new Gaps();
  readonly #offers: Offers;
  readonly #hold: Hold | undefined;
  /** Calls that wait for the server. */
  readonly #waiting = new Set<(outcome: Omit<LogOutcome, 'id'>) => void>();
  #closing: Promise<void> | undefined;
  #credential: string | undefined;

  constructor(options: DeliveryOptions, world: DeliveryWorld, parts: MemoryParts) {
    const isServer = options.durability === 'server';
    const { server } = options;
    this.#options = options;
    this.#world = world;
    this.#hold = parts.hold;
    this.#account = new Account(world);
    this.#sender = new Sender({
      options: { ...options, server: { ...server, credential: (reason) => this.#ask(reason) } },
      world,
      account: this.#account,
      gzip: options.compress ? parts.gzip : undefined,
      lingerMs: isServer ? Math.min(SERVER_LINGER_MAX_MS, options.flushIntervalMs) : options.flushIntervalMs,
      requestsPerTenant: isServer ? SERVER_REQUESTS : 1,
      bury: parts.bury ?? (() => undefined),
      onSettled: (isTaking) => {
        if (isTaking) this.#tellGaps();
      },
    });
    this.#offers = new Offers(this.#sender);
  }

  accept(event: ReadyEvent): LogOutcome | Promise<LogOutcome> {
    this.#account.acceptedEvents += 1;
    const { bufferMaxEvents, bufferMaxBytes, durability } = this.#options;
    if (this.#closing !== undefined) return this.#drop(event, 'closed', 'The client is closed');
    const isFull = this.#sender.events >= bufferMaxEvents || this.#sender.chars + event.json.length > bufferMaxBytes;
    if (isFull) return this.#drop(event, 'buffer_full', 'The buffer in memory is full');
    if (durability === 'server') return held(this.#hold, this.#untilAcknowledged(event));
    this.#offers.offer(event);
    return { id: event.id, state: 'buffered' };
  }

  async flush({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const reached = this.#offers.settled(signal);
    this.#sender.sendNow();
    await held(this.#hold, reached);
  }

  close(): Promise<void> {
    this.#closing ??= held(this.#hold, this.#close());
    return this.#closing;
  }

  stats(): DeliveryStats {
    return this.#account.snapshot({
      buffered_events: this.#sender.events,
      buffered_bytes: this.#sender.chars,
      spooled_events: 0,
      spooled_bytes: 0,
      oldest_waiting_ms: oldestAgeMs(this.#sender.fronts(), this.#world.nowMs()),
    });
  }

  /** What is sent stays in the buffer, too: if the page lives on, it is sent again, and the server knows it. */
  flushOnPageHide(): void {
    const { server } = this.#options;
    if (this.#credential === undefined) {
      this.#sender.sendNow();
      return;
    }
    for (const { tenant, events } of this.#sender.peek(KEEPALIVE_MAX_CHARS)) {
      if (events.length === 0) continue;
      const texts = events.map(({ json }) => json);
      const { url, ...init } = batchRequest(server, this.#credential, texts, tenant);
      this.#world.fetch(url, { ...init, keepalive: true }).catch(() => undefined);
    }
  }

  async #ask(reason: 'request' | 'rejected'): Promise<string> {
    this.#credential = await this.#options.server.credential(reason);
    return this.#credential;
  }

  /** Resolves on the server's word; when that is late, or the client is closed before, with what is true then. */
  #untilAcknowledged(event: ReadyEvent): Promise<LogOutcome> {
    const { id } = event;
    return new Promise((resolve) => {
      const end = (outcome: Omit<LogOutcome, 'id'>) => {
        cancel();
        this.#waiting.delete(end);
        resolve({ id, ...outcome });
      };
      const { requestTimeoutMs } = this.#options;
      const reason = `No acknowledgement within ${requestTimeoutMs} ms; it is kept in memory and sent again`;
      const cancel = this.#world.after(requestTimeoutMs, () => end({ state: 'buffered', reason }));
      this.#waiting.add(end);
      this.#offers.offer(event, (settlement) =>
        end({ state: settlement.state, ...('reason' in settlement ? { reason: settlement.reason } : {}) }),
      );
    });
  }

  #drop({ id, tenant }: ReadyEvent, reason: DropReason, why: string): LogOutcome {
    this.#account.dropped(1, reason);
    this.#gaps.count(reason, this.#world.nowMs(), tenant);
    return { id, state: 'dropped', reason: why };
  }

  /** There is room again and the server takes events: now it can be told what was lost, beyond all bounds. */
  #tellGaps(): void {
    if (this.#gaps.isEmpty) return;
    for (const gap of this.#gaps.take()) {
      const event = this.#world.stamp(gapEvent(gap), gap.tenant);
      this.#account.notify({ type: 'gap', id: event.id, events: eventsOf(gap) });
      this.#offers.offer(event);
    }
  }

  async #close(): Promise<void> {
    const giveUp = new AbortController();
    const cancel = this.#world.after(this.#options.closeTimeoutMs, () => giveUp.abort());
    try {
      // More than once: what was lost is told after the first.
      while (this.#sender.events > 0) await this.flush({ signal: giveUp.signal });
    } catch {
      this.#account.dropped(this.#sender.events, 'closed');
    } finally {
      cancel();
      this.#sender.stop();
      const reason = 'The client was closed before the acknowledgement; it may be recorded all the same';
      for (const end of [...this.#waiting]) end({ state: 'dropped', reason });
    }
  }
}

/** `memory` and `server` on platforms without files: browsers, edge runtimes. */
export const createMemoryDelivery: CreateDelivery = (options, world) =>
  new MemoryDelivery(options, world, { gzip: gzipStream() });
