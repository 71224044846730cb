import { describe, expect, test } from 'vitest';
import type { Clock } from '../clock.js';

export interface ClockHarness {
  clock: Clock;
  /** Lets this much time pass, or waits until it has. */
  pass(milliseconds: number): Promise<void>;
}

/** Tests what the port promises. */
export function describeClock(name: string, open: () => ClockHarness): void {
  describe(`${name}: clock`, () => {
    test('time passes, and monotonic time never goes back', async () => {
      const { clock, pass } = open();
      const [wallNs, monotonicMs] = [clock.nowNs(), clock.monotonicMs()];
      let last = monotonicMs;
      for (let count = 0; count < 1000; count += 1) {
        const now = clock.monotonicMs();
        expect(now).toBeGreaterThanOrEqual(last);
        last = now;
      }
      await pass(5);
      expect(clock.monotonicMs() - monotonicMs).toBeGreaterThanOrEqual(5);
      expect(clock.nowNs()).not.toBe(wallNs);
    });

    test('the wall clock counts nanoseconds since 1970', () => {
      const { clock } = open();
      const year = new Date(Number(clock.nowNs() / 1_000_000n)).getUTCFullYear();
      expect(year).toBeGreaterThan(2024);
      expect(year).toBeLessThan(2200);
    });

    test('a sleep takes at least its time', async () => {
      const { clock, pass } = open();
      const start = clock.monotonicMs();
      const sleep = clock.sleep(5).then(() => clock.monotonicMs());
      await pass(4);
      await pass(1);
      await pass(1);
      expect((await sleep) - start).toBeGreaterThanOrEqual(5);
    });

    test('sleepers wake in the order of their deadlines', async () => {
      const { clock, pass } = open();
      const order: number[] = [];
      const sleeps = [30, 10, 20, 0].map((milliseconds) =>
        clock.sleep(milliseconds).then(() => {
          order.push(milliseconds);
        }),
      );
      await pass(40);
      await Promise.all(sleeps);
      expect(order).toEqual([0, 10, 20, 30]);
    });

    test('an aborted sleep ends at once and does not reject', async () => {
      const { clock } = open();
      const abort = new AbortController();
      const sleep = clock.sleep(1_000_000_000, abort.signal);
      abort.abort();
      await sleep;
      await clock.sleep(1_000_000_000, AbortSignal.abort());
    });
  });
}
