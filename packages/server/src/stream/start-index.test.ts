import { formatNs } from '@attestlog/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startIndexOf } from './start-index.js';

const BASE_NS = 1_760_000_000_000_000_000n;
const SECOND_NS = 1_000_000_000n;

/** A log of entries that were received at these seconds; undefined: it was removed. */
function storeOf(seconds: readonly (number | undefined)[]) {
  let reads = 0;
  const at = (second: number) => BASE_NS + BigInt(second) * SECOND_NS;
  const entries = async (_tenant: string, from: number, to: number) => {
    reads += 1;
    return seconds.slice(from, to).flatMap((second, place) => {
      if (second === undefined) return [];
      const entry = Buffer.from(JSON.stringify({ received_at: formatNs(at(second)) }));
      return [{ index: from + place, position: 0, entry, sealed: undefined }];
    });
  };
  return { entries, at, reads: () => reads };
}

it('leaves out nothing that was received since then, though clocks are not quite in order', async () => {
  const log = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: -4, max: 4 }), fc.boolean()), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(log, fc.nat(1200), async (steps, since) => {
      let now = 10;
      // What is removed is what was received first.
      const removed = steps.findIndex(([, , isKept]) => isKept);
      const seconds = steps.map(([step, jitter], place) => {
        now += step;
        return place < removed ? undefined : now + jitter;
      });
      const store = storeOf(seconds);
      const start = await startIndexOf(store, 'acme', seconds.length, store.at(since));
      const left = seconds.slice(0, start).filter((second) => second !== undefined && second >= since);
      expect(left).toEqual([]);
    }),
  );
});

it('reads little of a large log, and begins near', async () => {
  const seconds = Array.from({ length: 100_000 }, (_, index) => index);
  const store = storeOf(seconds);
  const start = await startIndexOf(store, 'acme', seconds.length, store.at(70_000));
  expect(start).toBe(69_990);
  expect(store.reads()).toBeLessThan(20);
  expect(await startIndexOf(store, 'acme', 0, store.at(0))).toBe(0);
  expect(await startIndexOf(store, 'acme', seconds.length, store.at(200_000))).toBe(100_000);
});
