import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Filter } from '@attestlog/event';
import { batchOf, type EventRow } from '../src/ports/batch-columns.js';
import type { EventStore, StoredEntry } from '../src/ports/store.js';
import type { SearchedSealing } from '../src/privacy/searching/searched-sealing.js';
import { NOTHING_SEALED } from '../src/privacy/searching/searched-sealing.js';
import { type LiveLimits, LiveTail } from '../src/stream/live-tail.js';
import { EagerClock } from './eager-clock.js';

export const EVERYTHING: Filter = { op: 'always' };

export interface WatchedEvent {
  tenant: string;
  event: Record<string, unknown>;
  sealed?: string;
}

/** Logs of tenants in memory, and processes that let them be followed: what is sealed is there for all of them. */
export class WatchedLog {
  readonly clock = new EagerClock();
  readonly troubles: unknown[] = [];
  /** Entries that were read from the store. */
  storeReads = 0;
  /** Reads of the store, whatever they found. */
  storeCalls = 0;
  /** Reads of the store that fail before one succeeds. */
  failingReads = 0;
  sealing: SearchedSealing = NOTHING_SEALED;
  /** What waiting for what is not committed yet waits for; undefined: everything is committed. */
  settle: (() => Promise<void>) | undefined;
  readonly #logs = new Map<string, StoredEntry[]>();
  /** Entries that have their place and are not committed yet. */
  readonly #placed = new Map<string, StoredEntry[]>();

  /** A process; nothing of its memory outlives it. */
  start(limits: Partial<LiveLimits> = {}): LiveTail {
    return new LiveTail({
      store: this.#store(),
      clock: this.clock,
      yieldToLoop: () => nextTurn(),
      headOf: async (tenant) => this.of(tenant).length,
      settled: async () => {
        await this.settle?.();
        return this.settle === undefined;
      },
      sealing: async () => this.sealing,
      limits,
      onTrouble: (error) => this.troubles.push(error),
    });
  }

  of(tenant: string): StoredEntry[] {
    let log = this.#logs.get(tenant);
    if (log === undefined) {
      log = [];
      this.#logs.set(tenant, log);
    }
    return log;
  }

  /** Seals events as one batch, and tells these processes. */
  seal(events: readonly WatchedEvent[], ...to: LiveTail[]): void {
    this.place(events, ...to);
    this.commit(...to);
  }

  /** Gives events their places in the logs as one batch, and publishes it to these processes. */
  place(events: readonly WatchedEvent[], ...to: LiveTail[]): void {
    const rows = events.map(({ tenant, event, sealed }): EventRow => {
      const placed = this.#placed.get(tenant) ?? [];
      this.#placed.set(tenant, placed);
      const index = this.of(tenant).length + placed.length;
      const entry = Buffer.from(JSON.stringify(event));
      placed.push({ index, position: 1024 + index, entry, sealed });
      return { tenant, index, position: 1024 + index, entry, ...(sealed === undefined ? {} : { sealed }) };
    });
    const batch = batchOf('a', rows, []);
    for (const live of to) live.publish(batch);
    // The sequencer's memory is used again: nobody may look at it later.
    batch.events.entries.fill(0);
    batch.events.sealed.fill(0);
  }

  /** Commits what was placed, and tells these processes. */
  commit(...to: LiveTail[]): void {
    const heads = new Map<string, { size: number }>();
    for (const [tenant, placed] of this.#placed) {
      this.of(tenant).push(...placed);
      heads.set(tenant, { size: this.of(tenant).length });
    }
    this.#placed.clear();
    for (const live of to) live.commit(heads);
  }

  #store(): Pick<EventStore, 'entries'> {
    return {
      entries: async (tenant, from, to) => {
        this.storeCalls += 1;
        await nextTurn();
        if (this.failingReads > 0) {
          this.failingReads -= 1;
          throw new Error('the store does not answer');
        }
        const found = this.of(tenant).slice(from, to);
        this.storeReads += found.length;
        return found;
      },
    };
  }
}

/** Lets everything that is under way come to its end. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
}
