import type { Account } from '../account.js';
import type { DeliveryOptions, DeliveryWorld, ReadyEvent } from '../delivery.js';
import { errorCode } from '../error-code.js';
import type { Retry } from './answer.js';
import { backoffMs } from './backoff.js';
import { Lane } from './lane.js';
import type { PendingEvent, Settlement } from './pending-event.js';
import { type Gzip, type Posted, postBatch } from './post-batch.js';

/** What the server takes in one batch. */
const SERVER_BATCH_MAX_EVENTS = 1000;
/** Requests of all tenants together that are under way at once. */
const REQUESTS_MAX = 4;
/** A batch that the server fails on so often in a row is cut in two: it may be because of one of its events. */
const FAILURES_BEFORE_SHRINKING = 3;
/** An event that the server failed on so often, while taking others, is given up. */
const SUSPICION_MAX_FAILURES = 10;

export interface SenderParts {
  readonly options: DeliveryOptions;
  readonly world: DeliveryWorld;
  readonly account: Account;
  readonly gzip: Gzip | undefined;
  /** How long the first event waits for others. */
  readonly lingerMs: number;
  /** More than one gives up the order of a tenant's events. */
  readonly requestsPerTenant: number;
  /** Keeps an event that the server will never take. */
  readonly bury: (event: ReadyEvent, code: string, reason: string) => void;
  /** Told after each answer that settled events, when all of them are. `isTaking`: the server takes events now. */
  readonly onSettled: (isTaking: boolean) => void;
}

/**
 * Brings events to the server in batches, each tenant's in their order, and tries again until each is settled:
 * acknowledged, left out, or refused for good. What one event or one tenant is refused for holds up no other.
 * Bounds are the caller's: see {@link events} and {@link chars}.
 */
export class Sender {
  readonly #parts: SenderParts;
  readonly #lanes = new Map<string | undefined, Lane>();
  /** Lanes that could send now, in turn. */
  readonly #ready = new Set<Lane>();
  readonly #stopping = new AbortController();
  #requests = 0;
  /** Requests in a row that a working server would have answered otherwise. */
  #failures = 0;
  #isPaused = false;
  #cancelPause: (() => void) | undefined;
  #wasRejected = false;
  #events = 0;
  #chars = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Events that are not settled. */
  get events(): number {
    return this.#events;
  }

  /** Characters of their JSON. */
  get chars(): number {
    return this.#chars;
  }

  /** The event at the front of each tenant's queue; those under way are not among them. */
  fronts(): ReadyEvent[] {
    return [...this.#lanes.values()].flatMap(({ front }) => (front === undefined ? [] : [front.event]));
  }

  offer(pending: PendingEvent): void {
    const lane = this.#laneOf(pending.event.tenant);
    lane.push(pending);
    this.#events += 1;
    this.#chars += pending.event.json.length;
    const { flushEvents, batchMaxBytes } = this.#parts.options;
    if (lane.length >= flushEvents || lane.chars >= batchMaxBytes) this.#due(lane);
    else if (lane.cancelLinger === undefined && lane.dueEvents < lane.length) this.#linger(lane);
  }

  /** Sends what is there without waiting for more. */
  sendNow(): void {
    for (const lane of [...this.#lanes.values()]) this.#due(lane);
  }

  /** The first events of each tenant that wait, up to so many characters in all. They stay where they are. */
  peek(maxChars: number): { tenant: string | undefined; events: ReadyEvent[] }[] {
    let room = maxChars;
    return [...this.#lanes.values()].map((lane) => {
      const events = lane.first(SERVER_BATCH_MAX_EVENTS, room);
      for (const { json } of events) room -= json.length + 1;
      return { tenant: lane.tenant, events };
    });
  }

  /** Ends requests and timers at once. Nothing is settled from here on. */
  stop(): void {
    this.#stopping.abort();
    this.#events = 0;
    this.#chars = 0;
    this.#cancelPause?.();
    for (const lane of this.#lanes.values()) lane.cancelLinger?.();
  }

  #laneOf(tenant: string | undefined): Lane {
    const known = this.#lanes.get(tenant);
    if (known !== undefined) return known;
    const lane = new Lane(tenant, Math.min(SERVER_BATCH_MAX_EVENTS, Math.max(1, this.#parts.options.flushEvents)));
    this.#lanes.set(tenant, lane);
    return lane;
  }

  #linger(lane: Lane): void {
    lane.cancelLinger = this.#parts.world.after(this.#parts.lingerMs, () => {
      lane.cancelLinger = undefined;
      this.#due(lane);
    });
  }

  #due(lane: Lane): void {
    lane.cancelLinger?.();
    lane.cancelLinger = undefined;
    lane.dueEvents = lane.length;
    this.#ready.add(lane);
    this.#pump();
  }

  #pump(): void {
    if (this.#isPaused || this.#stopping.signal.aborted) return;
    for (const lane of this.#ready) {
      // After a failure, one request at a time finds out whether the server is back.
      if (this.#requests >= (this.#failures > 0 ? 1 : REQUESTS_MAX)) return;
      this.#ready.delete(lane);
      if (lane.dueEvents === 0 || lane.isPaused || lane.requests >= this.#parts.requestsPerTenant) continue;
      // Whatever goes wrong in here, the application lives on.
      this.#send(lane).catch((error) => this.#parts.account.failed(errorCode(error), 'The client failed by itself'));
      this.#ready.add(lane);
    }
  }

  async #send(lane: Lane): Promise<void> {
    const { options, world, gzip } = this.#parts;
    const batch = lane.take(options.batchMaxBytes);
    lane.requests += 1;
    this.#requests += 1;
    const begunMs = world.nowMs();
    const posted = await postBatch(
      { server: options.server, world, requestTimeoutMs: options.requestTimeoutMs, gzip },
      {
        tenant: lane.tenant,
        events: batch.map(({ event }) => event.json),
        wasRejected: this.#wasRejected,
        signal: this.#stopping.signal,
      },
    );
    if (this.#stopping.signal.aborted) return;
    lane.requests -= 1;
    this.#requests -= 1;
    this.#conclude(lane, batch, posted, world.nowMs() - begunMs);
    this.#ready.add(lane);
    this.#pump();
    const isOver = lane.length === 0 && lane.requests === 0 && !lane.isPaused;
    // Tenants come and go; an empty lane remembers nothing worth keeping.
    if (isOver && this.#lanes.get(lane.tenant) === lane) this.#forget(lane);
  }

  #forget(lane: Lane): void {
    lane.cancelLinger?.();
    this.#lanes.delete(lane.tenant);
    this.#ready.delete(lane);
  }

  #conclude(lane: Lane, batch: PendingEvent[], { answer, status, sentBytes }: Posted, durationMs: number): void {
    const { account } = this.#parts;
    this.#wasRejected = status === 401;
    const isReached = answer.kind !== 'retry' || answer.scope === 'tenant';
    account.requested(sentBytes, isReached, answer.kind === 'retry' ? answer.code : undefined);
    if (answer.kind === 'retry') {
      this.#tryAgain(lane, batch, answer);
      return;
    }
    this.#failures = 0;
    lane.failures = 0;
    if (answer.kind === 'settled') {
      lane.grow();
      for (const [place, pending] of batch.entries()) this.#settle(pending, answer.settlements[place]!);
      account.delivered(batch.length, sentBytes, durationMs);
    } else {
      account.failed(answer.code, answer.reason);
      if (answer.kind === 'unacceptable' && batch.length > 1) {
        lane.shrink(batch.length);
        lane.putBack(batch);
        return;
      }
      const { code, reason } = answer;
      for (const pending of batch) this.#settle(pending, { state: 'refused', code, reason });
    }
    this.#parts.onSettled(answer.kind === 'settled');
  }

  #tryAgain(lane: Lane, batch: PendingEvent[], retry: Retry): void {
    const { account } = this.#parts;
    account.failed(retry.code, retry.message);
    account.retries += 1;
    const isAlone = batch.length === 1;
    if (retry.isSmallerBetter === true) lane.shrink(batch.length);
    if (retry.scope === 'event' && isAlone && this.#isGuilty(batch[0]!)) {
      this.#settle(batch[0]!, { state: 'refused', code: retry.code, reason: 'The server fails on it again and again' });
      this.#parts.onSettled(false);
    } else if (retry.scope === 'event' && isAlone) {
      lane.putLast(batch[0]!);
    } else {
      lane.putBack(batch);
    }
    if (retry.scope === 'tenant') {
      this.#pauseLane(lane, retry);
      return;
    }
    this.#failures += 1;
    if (retry.scope === 'event' && this.#failures >= FAILURES_BEFORE_SHRINKING) lane.shrink(batch.length);
    // A key that has just been renewed is tried at once; a second refusal waits like any failure.
    if (this.#wasRejected && this.#failures === 1) return;
    this.#pause(retry);
  }

  /** Whether the server failed on this event alone, time and again, while it took others in between. */
  #isGuilty(pending: PendingEvent): boolean {
    const acknowledged = this.#parts.account.acknowledgedEvents;
    pending.suspicion ??= { failuresAmongSuccesses: 0, acknowledgedThen: acknowledged };
    const { suspicion } = pending;
    if (acknowledged > suspicion.acknowledgedThen) suspicion.failuresAmongSuccesses += 1;
    suspicion.acknowledgedThen = acknowledged;
    return suspicion.failuresAmongSuccesses >= SUSPICION_MAX_FAILURES;
  }

  #waitMs(failures: number, { retryAfterMs }: Retry): number {
    const { retryMinDelayMs, retryMaxDelayMs } = this.#parts.options;
    const bounds = { minMs: Math.max(1, retryMinDelayMs), maxMs: retryMaxDelayMs };
    return backoffMs(failures, this.#parts.world.random(), bounds, retryAfterMs);
  }

  #pause(retry: Retry): void {
    const waitMs = this.#waitMs(this.#failures, retry);
    this.#parts.account.notify({ type: 'retry', attempt: this.#failures, wait_ms: waitMs, code: retry.code });
    this.#isPaused = true;
    this.#cancelPause?.();
    this.#cancelPause = this.#parts.world.after(waitMs, () => {
      this.#isPaused = false;
      this.#pump();
    });
  }

  #pauseLane(lane: Lane, retry: Retry): void {
    lane.failures += 1;
    const waitMs = this.#waitMs(lane.failures, retry);
    this.#parts.account.notify({ type: 'retry', attempt: lane.failures, wait_ms: waitMs, code: retry.code });
    lane.isPaused = true;
    this.#parts.world.after(waitMs, () => {
      lane.isPaused = false;
      this.#ready.add(lane);
      this.#pump();
    });
  }

  #settle(pending: PendingEvent, settlement: Settlement): void {
    const { account, bury } = this.#parts;
    this.#events -= 1;
    this.#chars -= pending.event.json.length;
    if (settlement.state === 'acknowledged') account.acknowledgedEvents += 1;
    if (settlement.state === 'not-recorded') account.leftOutEvents += 1;
    if (settlement.state === 'refused') {
      const { code, reason } = settlement;
      account.refusedEvents += 1;
      // Kept before it counts as settled, so that it is never nowhere.
      bury(pending.event, code, reason);
      account.notify({ type: 'refused', id: pending.event.id, code, reason });
    }
    pending.settle(settlement);
  }
}
