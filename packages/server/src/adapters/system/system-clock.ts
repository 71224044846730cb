import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.js';

/** How far the monotonic clock may run from the wall clock before it is set again. */
const MAX_DRIFT_NS = 5_000_000n;

/** The machine's clock. Between readings of the wall clock (1 ms) the monotonic clock gives the finer digits. */
export class SystemClock implements Clock {
  #wallNs = BigInt(Date.now()) * 1_000_000n;
  #monotonicNs = process.hrtime.bigint();

  nowNs(): bigint {
    const monotonic = process.hrtime.bigint();
    const wall = BigInt(Date.now()) * 1_000_000n;
    const now = this.#wallNs + (monotonic - this.#monotonicNs);
    const drift = now - wall;
    if (drift > -MAX_DRIFT_NS && drift < MAX_DRIFT_NS) return now;
    this.#wallNs = wall;
    this.#monotonicNs = monotonic;
    return wall;
  }

  monotonicMs(): number {
    return performance.now();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}
