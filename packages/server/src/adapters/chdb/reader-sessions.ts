import { PortFailure } from '../../ports/failure.js';

interface Waiting<S> {
  tenant: string;
  take(session: S): void;
}

/**
 * Sessions that read, each one query at a time. Where several tenants wait, the one with the fewest queries under way
 * is next, and none has more than it may have.
 */
export class ReaderSessions<S> {
  readonly #idle: S[];
  readonly #maxPerTenant: number;
  readonly #running = new Map<string, number>();
  #waiting: Waiting<S>[] = [];

  constructor(sessions: readonly S[], maxPerTenant: number) {
    this.#idle = [...sessions];
    this.#maxPerTenant = maxPerTenant;
  }

  /** A session for one query of a tenant. Fails with `cancelled` when the signal ends the wait. */
  acquire(tenant: string, signal: AbortSignal | undefined): Promise<S> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(cancelled());
      const onAbort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(cancelled());
      };
      const waiting: Waiting<S> = {
        tenant,
        take(session) {
          signal?.removeEventListener('abort', onAbort);
          resolve(session);
        },
      };
      signal?.addEventListener('abort', onAbort);
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  release(tenant: string, session: S): void {
    const left = this.#runningOf(tenant) - 1;
    if (left === 0) this.#running.delete(tenant);
    else this.#running.set(tenant, left);
    this.#idle.push(session);
    this.#serve();
  }

  #serve(): void {
    const next = this.#next();
    const session = next && this.#idle.pop();
    if (next === undefined || session === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== next);
    this.#running.set(next.tenant, this.#runningOf(next.tenant) + 1);
    next.take(session);
  }

  /** Of those who may have one, the first that came of the tenant with the fewest. */
  #next(): Waiting<S> | undefined {
    let next: Waiting<S> | undefined;
    let fewest = this.#maxPerTenant;
    for (const waiting of this.#waiting) {
      const running = this.#runningOf(waiting.tenant);
      if (running >= fewest) continue;
      next = waiting;
      fewest = running;
    }
    return next;
  }

  #runningOf(tenant: string): number {
    return this.#running.get(tenant) ?? 0;
  }
}

export function cancelled(): PortFailure {
  return new PortFailure('cancelled', 'The event store was told that nobody waits for the answer any more');
}
