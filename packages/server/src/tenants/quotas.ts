import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { dayOf, startOfDay } from './day.js';
import type { DayCounter } from './day-counter.js';
import { BURST_MIN_EVENTS, BURST_SECONDS, type LimitName, type Limits, limitsOf, type Plans } from './plans.js';
import type { Tenant } from './tenant-directory.js';
import { TokenBucket } from './token-bucket.js';

/** What a tenant has used, everything that was acknowledged before the call included. */
export interface Usage {
  eventsToday: number;
  storageBytes: number;
}

export interface QuotasParts {
  plans: Plans;
  clock: Clock;
  usage: (tenant: string, day: number) => Promise<Usage>;
  /** Begins to count a day. */
  openDay: (tenant: string, day: number, limit: number, used: number) => DayCounter;
  /** Told once when a tenant has used so many percent of a limit in a day. */
  onThreshold: (crossing: ThresholdCrossing) => void;
}

export interface ThresholdCrossing {
  tenant: string;
  limit: 'eventsPerDay' | 'storageBytes';
  percent: number;
  used: number;
  max: number;
  day: number;
}

/** How it stands with a limit, for the RateLimit headers. */
export interface LimitState {
  limit: LimitName;
  max: number;
  /** Length of the window in seconds. */
  windowSeconds: number;
  remaining: number;
  /** Seconds until it is whole again. */
  resetSeconds: number;
}

/** What was taken for a request; to be settled once it is known what was recorded. */
export interface Charge {
  /** Gives back what was not needed. */
  settle(storedEvents: number, storedBytes: number): void;
  states(): LimitState[];
}

const MAX_TENANTS = 20_000;
const USAGE_REFRESH_MS = 600_000;
const STORAGE_RETRY_SECONDS = 3600;
const THRESHOLDS_PERCENT = [80, 100];
const DAY_SECONDS = 86_400;

interface Meter {
  limits: Limits;
  /** Of the tenant's document that the limits come from. */
  revision: number;
  day: number;
  counter: DayCounter | undefined;
  bucket: TokenBucket | undefined;
  storageBytes: number;
  readAtMs: number;
  refreshing: boolean;
  underWay: number;
  told: Set<string>;
  /** What was refused last for its rate: something as large is refused unread until that would fit. */
  refused: { untilMs: number; sourceBytes: number; problem: Problem } | undefined;
}

const FREE: Charge = { settle: () => undefined, states: () => [] };

/** Holds tenants to the limits of their plans. */
export class Quotas {
  readonly #parts: QuotasParts;
  /** In the order of their last use. */
  readonly #meters = new Map<string, Meter>();
  readonly #opening = new Map<string, Promise<Meter>>();

  constructor(parts: QuotasParts) {
    this.#parts = parts;
  }

  /** The limits that hold for a tenant. */
  limitsOf({ document }: Tenant): Limits {
    return limitsOf(this.#parts.plans, document.plan ?? 'unlimited', document.limits);
  }

  /**
   * Refuses at once what would be refused once it was read, so that a tenant far above its rate costs others nothing.
   *
   * @param sourceBytes size of what the request brings
   * @throws Problem `quota-exceeded`
   */
  refuseUnread({ id, revision }: Tenant, sourceBytes: number): void {
    const meter = this.#meters.get(id);
    if (meter?.refused === undefined || meter.revision !== revision) return;
    const { untilMs, problem } = meter.refused;
    if (this.#parts.clock.monotonicMs() >= untilMs) meter.refused = undefined;
    else if (sourceBytes >= meter.refused.sourceBytes) throw problem;
  }

  /**
   * Takes what a request may record: all of it or nothing.
   * @throws Problem `quota-exceeded`, with the limit and when it ends
   */
  take(tenant: Tenant, events: number, bytes: number, sourceBytes = bytes): Charge | Promise<Charge> {
    const limits = this.limitsOf(tenant);
    const { eventsPerDay, eventsPerSecond, storageBytes } = limits;
    if (eventsPerDay === undefined && eventsPerSecond === undefined && storageBytes === undefined) return FREE;
    const meter = this.#meters.get(tenant.id);
    const day = dayOf(this.#parts.clock.nowNs());
    if (meter === undefined || meter.day !== day || meter.revision !== tenant.revision) {
      return this.#open(tenant, limits, day).then((opened) =>
        this.#take(tenant.id, opened, events, bytes, sourceBytes),
      );
    }
    this.#meters.delete(tenant.id);
    this.#meters.set(tenant.id, meter);
    return this.#take(tenant.id, meter, events, bytes, sourceBytes);
  }

  /** Counts events of the server itself, which no limit refuses. */
  count(tenant: string, events: number, bytes: number): void {
    const meter = this.#meters.get(tenant);
    if (meter === undefined) return;
    meter.counter?.count(events);
    meter.storageBytes += bytes;
  }

  /** Gives leases back. */
  async close(): Promise<void> {
    const counters = [...this.#meters.values()].map(({ counter }) => counter?.close());
    this.#meters.clear();
    await Promise.allSettled(counters);
  }

  #take(tenant: string, meter: Meter, events: number, bytes: number, sourceBytes: number): Charge | Promise<Charge> {
    const { clock } = this.#parts;
    this.#refresh(tenant, meter);
    const { storageBytes = Number.POSITIVE_INFINITY } = meter.limits;
    if (meter.storageBytes + bytes > storageBytes) throw exceeded('storageBytes', storageBytes, STORAGE_RETRY_SECONDS);
    const nowMs = clock.monotonicMs();
    const waitMs = meter.bucket?.take(events, nowMs) ?? 0;
    if (waitMs > 0) {
      const problem = exceeded('eventsPerSecond', meter.limits.eventsPerSecond!, waitMs / 1000, events);
      if (Number.isFinite(waitMs)) meter.refused = { untilMs: nowMs + waitMs, sourceBytes, problem };
      throw problem;
    }
    meter.underWay += 1;
    const taken = meter.counter?.take(events) ?? true;
    if (typeof taken === 'boolean') return this.#charged(tenant, meter, taken, events, bytes);
    return taken.then(
      (isTaken) => this.#charged(tenant, meter, isTaken, events, bytes),
      (error: unknown) => {
        meter.underWay -= 1;
        meter.bucket?.giveBack(events);
        throw error;
      },
    );
  }

  #charged(tenant: string, meter: Meter, isTaken: boolean, events: number, bytes: number): Charge {
    if (!isTaken) {
      meter.underWay -= 1;
      meter.bucket?.giveBack(events);
      throw exceeded('eventsPerDay', meter.limits.eventsPerDay!, this.#secondsLeft(meter.day));
    }
    meter.storageBytes += bytes;
    return {
      settle: (storedEvents, storedBytes) => {
        meter.underWay -= 1;
        // The plan may have changed meanwhile; then the count goes on in another meter.
        const current = this.#meters.get(tenant) ?? meter;
        current.storageBytes -= bytes - storedBytes;
        if (current.day === meter.day) current.counter?.giveBack(events - storedEvents);
        this.#tell(tenant, current);
      },
      states: () => this.#states(meter),
    };
  }

  #states(meter: Meter): LimitState[] {
    const { eventsPerDay, eventsPerSecond } = meter.limits;
    const states: LimitState[] = [];
    if (meter.bucket !== undefined && eventsPerSecond !== undefined) {
      const remaining = Math.floor(meter.bucket.remaining(this.#parts.clock.monotonicMs()));
      const resetSeconds = Math.ceil((meter.bucket.capacity - remaining) / eventsPerSecond);
      const windowSeconds = Math.ceil(meter.bucket.capacity / eventsPerSecond);
      states.push({ limit: 'eventsPerSecond', max: meter.bucket.capacity, windowSeconds, remaining, resetSeconds });
    }
    if (meter.counter !== undefined && eventsPerDay !== undefined) {
      const remaining = Math.max(0, eventsPerDay - meter.counter.used);
      const resetSeconds = this.#secondsLeft(meter.day);
      states.push({ limit: 'eventsPerDay', max: eventsPerDay, windowSeconds: DAY_SECONDS, remaining, resetSeconds });
    }
    return states;
  }

  #tell(tenant: string, meter: Meter): void {
    const { eventsPerDay, storageBytes } = meter.limits;
    const measured = [
      ['eventsPerDay', meter.counter?.used ?? 0, eventsPerDay],
      ['storageBytes', meter.storageBytes, storageBytes],
    ] as const;
    for (const [limit, used, max] of measured) {
      if (max === undefined) continue;
      for (const percent of THRESHOLDS_PERCENT) {
        const name = `${limit} ${percent}`;
        if (used * 100 < max * percent || meter.told.has(name)) continue;
        meter.told.add(name);
        this.#parts.onThreshold({ tenant, limit, percent, used, max, day: meter.day });
      }
    }
  }

  #open(tenant: Tenant, limits: Limits, day: number): Promise<Meter> {
    const known = this.#opening.get(tenant.id);
    if (known !== undefined) return known;
    const opening = this.#read(tenant, limits, day).finally(() => this.#opening.delete(tenant.id));
    this.#opening.set(tenant.id, opening);
    return opening;
  }

  /** Begins a meter, or goes on with one under new limits or on a new day. */
  async #read(tenant: Tenant, limits: Limits, day: number): Promise<Meter> {
    const { clock, usage, openDay } = this.#parts;
    const before = this.#meters.get(tenant.id);
    await before?.counter?.close();
    const found = await usage(tenant.id, day);
    // What is under way is in this process's count, and not in the log yet.
    const eventsToday = Math.max(found.eventsToday, before?.day === day ? (before.counter?.used ?? 0) : 0);
    const storageBytes = Math.max(found.storageBytes, before?.storageBytes ?? 0);
    const { eventsPerDay, eventsPerSecond } = limits;
    const sameRate = before !== undefined && before.limits.eventsPerSecond === eventsPerSecond;
    const meter: Meter = {
      limits,
      revision: tenant.revision,
      day,
      counter: eventsPerDay === undefined ? undefined : openDay(tenant.id, day, eventsPerDay, eventsToday),
      bucket: sameRate ? before.bucket : bucketOf(eventsPerSecond),
      storageBytes,
      readAtMs: clock.monotonicMs(),
      refreshing: false,
      underWay: 0,
      told: before?.day === day ? before.told : new Set(),
      refused: undefined,
    };
    this.#meters.delete(tenant.id);
    this.#meters.set(tenant.id, meter);
    this.#evict();
    return meter;
  }

  /** What was removed by retention frees storage: the store is asked from time to time. */
  #refresh(tenant: string, meter: Meter): void {
    const { clock, usage } = this.#parts;
    const isDue = clock.monotonicMs() - meter.readAtMs >= USAGE_REFRESH_MS;
    if (meter.refreshing || !isDue || meter.limits.storageBytes === undefined) return;
    meter.refreshing = true;
    usage(tenant, meter.day)
      .then(({ storageBytes }) => {
        meter.storageBytes = storageBytes;
      })
      .catch(() => undefined)
      .finally(() => {
        meter.refreshing = false;
        meter.readAtMs = clock.monotonicMs();
      });
  }

  /** One that is counting requests under way stays: what it has counted is not in the log yet. */
  #evict(): void {
    for (const [tenant, meter] of this.#meters) {
      if (this.#meters.size <= MAX_TENANTS) return;
      if (meter.underWay > 0) continue;
      this.#meters.delete(tenant);
      void meter.counter?.close().catch(() => undefined);
    }
  }

  #secondsLeft(day: number): number {
    return Math.max(1, Math.ceil(Number(startOfDay(day + 1) - this.#parts.clock.nowNs()) / 1e9));
  }
}

function bucketOf(eventsPerSecond: number | undefined): TokenBucket | undefined {
  if (eventsPerSecond === undefined) return undefined;
  return new TokenBucket(eventsPerSecond, Math.max(eventsPerSecond * BURST_SECONDS, BURST_MIN_EVENTS));
}

function exceeded(limit: LimitName, max: number, seconds: number, events?: number): Problem {
  const isNever = seconds === Number.POSITIVE_INFINITY;
  const detail = isNever
    ? `${events} events at once are more than this rate ever lets in; send smaller batches.`
    : undefined;
  return new Problem('quota-exceeded', {
    ...(detail === undefined ? {} : { detail }),
    ...(isNever ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) }),
    members: { limit, max },
  });
}
