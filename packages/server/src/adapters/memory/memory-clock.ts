import type { Clock } from '../../ports/clock.js';

interface Sleeper {
  wakeMs: number;
  wake(): void;
}

/**
 * Time that only moves when it is told to. Sleepers wake in the order of their deadlines, those of one deadline in the
 * order in which they fell asleep.
 */
export class MemoryClock implements Clock {
  #wallNs: bigint;
  #monotonicMs = 0;
  /** In the order of waking. */
  #sleepers: Sleeper[] = [];

  /** Wall-clock time at the start, in nanoseconds since the epoch. */
  constructor(startNs = 1_760_000_000_000_000_000n) {
    this.#wallNs = startNs;
  }

  nowNs(): bigint {
    return this.#wallNs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakeMs: this.#monotonicMs + Math.max(milliseconds, 0),
        wake: () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      signal?.addEventListener('abort', sleeper.wake);
      const place = this.#sleepers.findIndex((other) => other.wakeMs > sleeper.wakeMs);
      this.#sleepers.splice(place < 0 ? this.#sleepers.length : place, 0, sleeper);
    });
  }

  /** Lets time pass on both clocks and wakes those whose time has come. They run after the caller gives way. */
  advance(milliseconds: number): void {
    this.#monotonicMs += milliseconds;
    this.#wallNs += BigInt(Math.round(milliseconds * 1e6));
    for (const sleeper of this.#sleepers.filter(({ wakeMs }) => wakeMs <= this.#monotonicMs)) sleeper.wake();
  }

  /** Moves the wall clock alone, in either direction. Nobody wakes. */
  jump(nanoseconds: bigint): void {
    this.#wallNs += nanoseconds;
  }

  /** Milliseconds until the next sleeper wakes; undefined when nobody sleeps. */
  untilNextWakeMs(): number | undefined {
    const next = this.#sleepers[0];
    return next && Math.max(next.wakeMs - this.#monotonicMs, 0);
  }
}
