import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { ReadLimits } from '../ports/read-options.js';

export interface QueryLimits {
  /** Queries that run at once, of all tenants. */
  maxRunning: number;
  /** Queries of one tenant that run at once. */
  maxRunningPerTenant: number;
  /** Queries of one tenant that wait for their turn. */
  maxWaitingPerTenant: number;
  /** How long a query waits for its turn. */
  maxWaitMs: number;
}

/** What the plan of one tenant leaves of {@link QueryLimits}, and what each of its queries may use. */
export interface TenantAllowance {
  maxRunning: number;
  reads: ReadLimits;
}

/** How many queries there were since the start, by how they ended. */
export interface EndedQueries {
  answered: number;
  /** Never run: too many others were before them. */
  refused: number;
  /** Given up by whoever had asked. */
  cancelled: number;
  /** Ended at a limit of the store. */
  exhausted: number;
  failed: number;
}

export interface TenantQueriesParts {
  limits: QueryLimits;
  clock: Pick<Clock, 'sleep'>;
  /** What one tenant may use; absent: each tenant the same. At once where it is known, so that no query waits for it. */
  allowanceOf?: ((tenant: string) => TenantAllowance | Promise<TenantAllowance>) | undefined;
}

/**
 * Bounds how many queries run at once, in all and for each tenant, so that one tenant's do not stop another's. Who finds
 * no room waits: of the tenants that may run one more, the one with the fewest running is next, and among those the one
 * that was served longest ago; the queries of one tenant come in their order.
 */
export class TenantQueries {
  readonly #limits: QueryLimits;
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #allowanceOf: TenantQueriesParts['allowanceOf'];
  /** Of the tenants that have a query, as it was when the last one came. */
  readonly #maxRunningOf = new Map<string, number>();
  readonly #runningOf = new Map<string, number>();
  /** By tenant, the one that was served longest ago first. No list is empty. */
  readonly #waitingOf = new Map<string, (() => void)[]>();
  readonly #ended: EndedQueries = { answered: 0, refused: 0, cancelled: 0, exhausted: 0, failed: 0 };
  #running = 0;

  constructor({ limits, clock, allowanceOf }: TenantQueriesParts) {
    this.#limits = limits;
    this.#clock = clock;
    this.#allowanceOf = allowanceOf;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    let waiting = 0;
    for (const turns of this.#waitingOf.values()) waiting += turns.length;
    return waiting;
  }

  get ended(): Readonly<EndedQueries> {
    return this.#ended;
  }

  /**
   * Runs one query of a tenant when it is its turn.
   *
   * @param work is told what each of its reads of the store may use
   * @param signal ends the wait; what is running has to heed it for itself
   * @throws Problem `too-many-queries` at the bound on waiting, `query-cancelled`, and whatever the work throws
   */
  async run<T>(tenant: string, work: (limits: ReadLimits) => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      const reads = await this.#readsOf(tenant);
      await this.#turn(tenant, signal);
      try {
        const answer = await work(reads);
        this.#ended.answered += 1;
        return answer;
      } finally {
        this.#leave(tenant);
      }
    } catch (error) {
      this.#ended[endingOf(error)] += 1;
      throw error;
    } finally {
      if (!this.#runningOf.has(tenant) && !this.#waitingOf.has(tenant)) this.#maxRunningOf.delete(tenant);
    }
  }

  async #readsOf(tenant: string): Promise<ReadLimits> {
    const found = this.#allowanceOf?.(tenant);
    if (found === undefined) return {};
    const { maxRunning, reads } = found instanceof Promise ? await found : found;
    this.#maxRunningOf.set(tenant, maxRunning);
    return reads;
  }

  async #turn(tenant: string, signal: AbortSignal | undefined): Promise<void> {
    if (isAborted(signal)) throw new Problem('query-cancelled');
    if (!this.#waitingOf.has(tenant) && this.#hasRoom(tenant)) return this.#enter(tenant);
    const waiting = this.#waitingOf.get(tenant) ?? [];
    if (waiting.length >= this.#limits.maxWaitingPerTenant) throw this.#tooMany(tenant);
    this.#waitingOf.set(tenant, waiting);
    const called = new AbortController();
    const turn = () => called.abort();
    waiting.push(turn);
    // The sleep ends at the latest when the time is over: it is what bounds the wait.
    const ends = signal === undefined ? called.signal : AbortSignal.any([called.signal, signal]);
    await this.#clock.sleep(this.#limits.maxWaitMs, ends);
    if (called.signal.aborted) return;
    this.#giveUp(tenant, turn);
    throw isAborted(signal) ? new Problem('query-cancelled') : this.#tooMany(tenant);
  }

  #tooMany(tenant: string): Problem {
    const may = this.#maxRunning(tenant);
    const queries = may === 1 ? 'One query of the tenant' : `${may} queries of the tenant`;
    return new Problem('too-many-queries', {
      detail: `${queries} may run at once, and others wait for their turn already.`,
      retryAfterSeconds: Math.max(1, Math.ceil(this.#limits.maxWaitMs / 1000)),
    });
  }

  #giveUp(tenant: string, turn: () => void): void {
    const left = (this.#waitingOf.get(tenant) ?? []).filter((other) => other !== turn);
    if (left.length === 0) this.#waitingOf.delete(tenant);
    else this.#waitingOf.set(tenant, left);
  }

  #enter(tenant: string): void {
    this.#running += 1;
    this.#runningOf.set(tenant, (this.#runningOf.get(tenant) ?? 0) + 1);
  }

  #leave(tenant: string): void {
    this.#running -= 1;
    const left = this.#runningOf.get(tenant)! - 1;
    if (left === 0) this.#runningOf.delete(tenant);
    else this.#runningOf.set(tenant, left);
    this.#callNext();
  }

  #callNext(): void {
    const tenant = this.#nextTenant();
    if (tenant === undefined) return;
    const [turn, ...left] = this.#waitingOf.get(tenant)!;
    // At the end of the order: it was served last.
    this.#waitingOf.delete(tenant);
    if (left.length > 0) this.#waitingOf.set(tenant, left);
    this.#enter(tenant);
    turn!();
  }

  #nextTenant(): string | undefined {
    let next: string | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const tenant of this.#waitingOf.keys()) {
      const running = this.#runningOf.get(tenant) ?? 0;
      if (running >= fewest || !this.#hasRoom(tenant)) continue;
      next = tenant;
      fewest = running;
    }
    return next;
  }

  #hasRoom(tenant: string): boolean {
    return this.#running < this.#limits.maxRunning && (this.#runningOf.get(tenant) ?? 0) < this.#maxRunning(tenant);
  }

  #maxRunning(tenant: string): number {
    const { maxRunningPerTenant } = this.#limits;
    return Math.min(this.#maxRunningOf.get(tenant) ?? maxRunningPerTenant, maxRunningPerTenant);
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function endingOf(error: unknown): Exclude<keyof EndedQueries, 'answered'> {
  const code = error instanceof Problem ? error.code : undefined;
  if (code === 'too-many-queries') return 'refused';
  if (code === 'query-cancelled') return 'cancelled';
  return code === 'query-too-expensive' ? 'exhausted' : 'failed';
}
