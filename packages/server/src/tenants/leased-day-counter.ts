import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';
import type { DayCounter } from './day-counter.js';

interface LeaseDocument {
  /** Events of the day that were handed to any process, used or not. */
  leased: number;
}

/** A lease is this part of the limit, or of what is left of it, so that processes end up with little unused. */
const LEASE_PART_OF_LIMIT = 200;
const LEASE_PART_OF_REST = 20;

/** Where the leases of a tenant's day stand. */
export function leaseKey(tenant: string, day: number): string {
  return `quota.${tenant}.${day}`;
}

/**
 * The counter of one of several processes: takes leases on parts of the limit out of one document, by compare-and-swap.
 * All leases together are never more than the limit, and so nor is what is taken. A process that is killed leaves its
 * last lease unused: at most a two-hundredth of the limit is lost for that day.
 */
export class LeasedDayCounter implements DayCounter {
  readonly #registry: Pick<Registry, 'get' | 'put'>;
  readonly #key: string;
  readonly #limit: number;
  #free = 0;
  #leased = 0;
  #leasing: Promise<unknown> = Promise.resolve();

  constructor(registry: Pick<Registry, 'get' | 'put'>, key: string, limit: number) {
    this.#registry = registry;
    this.#key = key;
    this.#limit = limit;
  }

  /** What all processes have leased, as this one saw it last, less what is unused here. */
  get used(): number {
    return this.#leased - this.#free;
  }

  take(events: number): boolean | Promise<boolean> {
    if (this.#free < events) return this.#takeLeased(events);
    this.#free -= events;
    return true;
  }

  count(events: number): void {
    this.#free -= events;
  }

  giveBack(events: number): void {
    this.#free += events;
  }

  async close(): Promise<void> {
    const unused = this.#free;
    this.#free = 0;
    if (unused > 0) await this.#change((leased) => leased - unused);
  }

  async #takeLeased(events: number): Promise<boolean> {
    // One lease at a time: those that wait may find enough when it is their turn.
    const turn = this.#leasing.then(async () => {
      if (this.#free >= events) return;
      let added = 0;
      await this.#change((leased) => {
        const rest = this.#limit - leased;
        const needed = events - this.#free;
        const part = Math.min(Math.ceil(this.#limit / LEASE_PART_OF_LIMIT), Math.floor(rest / LEASE_PART_OF_REST));
        added = needed > rest ? 0 : Math.max(needed, part);
        return leased + added;
      });
      this.#free += added;
    });
    this.#leasing = turn.catch(() => undefined);
    await turn;
    if (this.#free < events) return false;
    this.#free -= events;
    return true;
  }

  /** A write that failed and was applied all the same counts as a lease that nobody uses. */
  async #change(change: (leased: number) => number): Promise<void> {
    for (;;) {
      const found = await this.#registry.get<LeaseDocument>(this.#key);
      const leased = found?.value.leased ?? 0;
      const next = change(leased);
      this.#leased = leased;
      if (next === leased) return;
      try {
        await this.#registry.put(this.#key, { leased: next } satisfies LeaseDocument, found?.revision ?? 0);
        this.#leased = next;
        return;
      } catch (error) {
        if (!isPortFailure(error, 'conflict')) throw error;
      }
    }
  }
}
