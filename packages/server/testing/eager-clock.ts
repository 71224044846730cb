import { MemoryClock } from '../src/adapters/memory/memory-clock.js';

/** A clock whose sleepers wake at once, time having passed: for what pauses between attempts. */
export class EagerClock extends MemoryClock {
  /** How long each sleep was, in milliseconds. */
  readonly slept: number[] = [];

  override async sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    this.advance(milliseconds);
  }

  nowMs(): number {
    return Number(this.nowNs() / 1_000_000n);
  }
}
