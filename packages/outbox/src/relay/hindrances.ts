import { backoffMs } from '@attestlog/client/batch';
import type { ClaimFilter } from './claims.js';
import type { SendFailure } from './event-sender.js';

export interface RetryBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** So many tenants are remembered as paused; with more of them, the server is taken to be the trouble. */
const PAUSED_TENANTS_MAX = 1000;
/** An event that the server failed on so often by itself, while it took others, is refused. */
const FAILURES_OF_ONE_MAX = 10;

interface Pause {
  failures: number;
  untilMs: number;
}

interface Suspicion extends Pause {
  readonly eventId: string;
  deliveredThen: number;
}

/**
 * What stands in the way of delivering, and until when: the server, a tenant (its quota, its permission), or an event
 * that the server fails on. What one is refused for holds up no other: paused tenants are left out of claims; a failing
 * batch is halved until the event is found, and its lane rests while the others go on.
 */
export class Hindrances {
  readonly #bounds: RetryBounds;
  readonly #random: () => number;
  readonly #batchMaxEvents: number;
  readonly #tenants = new Map<string, Pause>();
  readonly #suspects = new Map<number, Suspicion>();
  readonly #server: Pause = { failures: 0, untilMs: 0 };
  #batchEvents: number;
  #delivered = 0;

  constructor(bounds: RetryBounds, random: () => number, batchMaxEvents: number) {
    this.#bounds = bounds;
    this.#random = random;
    this.#batchMaxEvents = batchMaxEvents;
    this.#batchEvents = batchMaxEvents;
  }

  /** Failures of the server, or of the database, since the last success. */
  get failures(): number {
    return this.#server.failures;
  }

  get pausedTenants(): number {
    return this.#tenants.size;
  }

  /** How long nothing is to be tried at all, in milliseconds. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#server.untilMs - nowMs);
  }

  /** What may be claimed now, and how many events at most. A lane under suspicion whose time has come goes alone. */
  plan(nowMs: number): { filter: ClaimFilter; events: number } {
    for (const [tenant, pause] of this.#tenants) {
      // Its failures are kept for one more try, so that the waits grow.
      if (pause.untilMs + this.#bounds.maxMs * 2 < nowMs) this.#tenants.delete(tenant);
    }
    const withoutTenants = [...this.#tenants].filter(([, { untilMs }]) => untilMs > nowMs).map(([tenant]) => tenant);
    const due = [...this.#suspects].find(([, { untilMs }]) => untilMs <= nowMs);
    if (due !== undefined) return { filter: { onlyLane: due[0], withoutLanes: [], withoutTenants }, events: 1 };
    return { filter: { withoutLanes: [...this.#suspects.keys()], withoutTenants }, events: this.#batchEvents };
  }

  /** The only lane of {@link plan} had nothing: another relay has it, or has delivered the event. */
  cleared(lane: number): void {
    this.#suspects.delete(lane);
  }

  delivered(events: number, tenants: readonly string[]): void {
    this.#delivered += events;
    this.#server.failures = 0;
    this.#batchEvents = Math.min(this.#batchMaxEvents, this.#batchEvents * 2);
    for (const tenant of tenants) this.#tenants.delete(tenant);
  }

  /** The server cannot be reached, or the database. */
  failed(nowMs: number, retryAfterMs?: number): void {
    this.#postpone(this.#server, nowMs, retryAfterMs);
  }

  tenantFailed(tenant: string, nowMs: number, retryAfterMs: number | undefined): void {
    const known = this.#tenants.get(tenant);
    const isOneTooMany = known === undefined && this.#tenants.size >= PAUSED_TENANTS_MAX;
    const pause = isOneTooMany ? this.#server : (known ?? { failures: 0, untilMs: 0 });
    if (!isOneTooMany) this.#tenants.set(tenant, pause);
    this.#postpone(pause, nowMs, retryAfterMs);
  }

  /**
   * The server failed on a batch as it may on any, or because of an event in it.
   *
   * @param first the first event that is not settled
   * @returns true when it was alone and has now failed so often, among others that went through, that it is to be refused
   */
  batchFailed(first: { id: string; lane: number }, events: number, nowMs: number, failure: SendFailure): boolean {
    if (events > 1) {
      this.#batchEvents = Math.max(1, Math.ceil(events / 2));
      this.failed(nowMs, failure.retryAfterMs);
      return false;
    }
    const known = this.#suspects.get(first.lane);
    const suspicion =
      known?.eventId === first.id
        ? known
        : { eventId: first.id, failures: 0, untilMs: 0, deliveredThen: this.#delivered };
    const isAmongSuccesses = known === undefined || this.#delivered > suspicion.deliveredThen;
    suspicion.deliveredThen = this.#delivered;
    const failures = suspicion.failures;
    this.#postpone(suspicion, nowMs, failure.retryAfterMs);
    // While nothing else gets through either, it is the server's fault and not the event's.
    if (!isAmongSuccesses) suspicion.failures = failures;
    this.#suspects.set(first.lane, suspicion);
    if (suspicion.failures < FAILURES_OF_ONE_MAX) return false;
    this.#suspects.delete(first.lane);
    return true;
  }

  #postpone(pause: Pause, nowMs: number, retryAfterMs: number | undefined): void {
    pause.failures += 1;
    pause.untilMs = nowMs + backoffMs(pause.failures, this.#random(), this.#bounds, retryAfterMs);
  }
}
