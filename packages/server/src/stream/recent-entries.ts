import type { StoredEntry } from '../ports/store.js';
import { endOf, entryOf, type SealedRun } from './sealed-run.js';

/**
 * What was sealed last, of the tenants that are watched: subscribers that keep up are served from here. Holds a number
 * of bytes, of all tenants together; what came first goes first, and whoever needs it still reads it from the store.
 */
export class RecentEntries {
  readonly #maxBytes: number;
  /** In the order in which they came. */
  readonly #runs = new Set<SealedRun>();
  /** Each tenant's runs without a gap, to the end of its log. */
  readonly #ofTenant = new Map<string, SealedRun[]>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(run: SealedRun): void {
    const last = this.#ofTenant.get(run.tenant)?.at(-1);
    // What is between them was sealed elsewhere, or stands here twice: the store has all of it.
    if (last !== undefined && endOf(last) !== run.first) this.forget(run.tenant);
    const runs = this.#ofTenant.get(run.tenant);
    if (runs === undefined) this.#ofTenant.set(run.tenant, [run]);
    else runs.push(run);
    this.#runs.add(run);
    this.#bytes += run.bytes;
    for (const oldest of this.#runs) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
  }

  /** The indexes [from, to) of a tenant that are here; none where they are equal. */
  spanOf(tenant: string): { from: number; to: number } {
    const runs = this.#ofTenant.get(tenant);
    return runs === undefined ? { from: 0, to: 0 } : { from: runs[0]!.first, to: endOf(runs.at(-1)!) };
  }

  /** Entries from this index on, at least one where it is here; their bytes are views. */
  read(tenant: string, from: number, limit: number): StoredEntry[] {
    const run = this.#ofTenant.get(tenant)?.find((one) => from >= one.first && from < endOf(one));
    if (run === undefined) return [];
    const count = Math.min(limit, endOf(run) - from);
    return Array.from({ length: count }, (_, place) => entryOf(run, from + place));
  }

  /** Forgets a tenant's, which nobody watches any more. */
  forget(tenant: string): void {
    for (const run of this.#ofTenant.get(tenant)?.slice() ?? []) this.#drop(run);
  }

  /** A tenant's runs come and go in one order, so the oldest of all is the first of its tenant. */
  #drop(run: SealedRun): void {
    const runs = this.#ofTenant.get(run.tenant)!;
    runs.shift();
    if (runs.length === 0) this.#ofTenant.delete(run.tenant);
    this.#runs.delete(run);
    this.#bytes -= run.bytes;
  }
}
