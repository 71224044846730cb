import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdHasher } from './id-hash.js';
import { RecentIds, type RecentIdsLimits } from './recent-ids.js';

const hasher = new IdHasher(42);
const hash = (id: string) => hasher.hash('acme', id);
const WINDOW_NS = 1_000_000n;
/** One generation has 1.5 MiB at least, and four times as many where there is room. */
const GENERATION_BYTES = 1_572_864;

/** Recent ids whose load of everything from this time on, or of all there is, is done. */
function loadedIds(limits: Partial<RecentIdsLimits> = {}, coveredFromNs?: bigint): RecentIds {
  const ids = new RecentIds({ windowNs: WINDOW_NS, maxBytes: 1 << 28, ...limits });
  ids.loaded(ids.reset(coveredFromNs));
  return ids;
}

describe('what was added within the window', () => {
  test('is never said to be new, whatever the generations and however the clock jumps', { timeout: 300_000 }, () => {
    const step = fc.record({ advanceNs: fc.bigInt({ min: -600_000n, max: 600_000n }), count: fc.nat(20) });
    const maxBytes = fc.constantFrom(...[1, 2, 5, 16, 17, 24, 32, 36].map((count) => count * GENERATION_BYTES), 1);
    const limits = fc.record({ maxBytes, minGenerationIds: fc.constant(1 << 20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), limits, (steps, bounds) => {
        const ids = loadedIds(bounds);
        const added: { id: string; receivedAtNs: bigint }[] = [];
        let nowNs = 10_000_000n;
        for (const { advanceNs, count } of steps) {
          nowNs += advanceNs;
          for (let i = 0; i < count; i++) {
            const id = `${added.length}`;
            ids.add(hash(id), nowNs);
            added.push({ id, receivedAtNs: nowNs });
          }
          for (const { id, receivedAtNs } of added) {
            if (receivedAtNs >= nowNs - WINDOW_NS) expect(ids.mayContain(hash(id), nowNs)).toBe(true);
          }
          expect(ids.bytes).toBeLessThanOrEqual(Math.max(bounds.maxBytes, GENERATION_BYTES));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is known across a generation that is full', () => {
    const ids = loadedIds();
    const count = (1 << 20) + 10;
    for (let i = 0; i < count; i++) ids.add(hash(`${i}`), 5n);
    expect(ids.bytes).toBeGreaterThan(GENERATION_BYTES);
    expect(ids.ids).toBe(count);
    for (let i = 0; i < count; i += 97) expect(ids.mayContain(hash(`${i}`), 5n)).toBe(true);
  });
});

describe('strangers that are taken for known', () => {
  /** How many of so many strangers are, when this many ids are held. */
  function mistakes(ids: RecentIds, held: number, strangers: number): number {
    for (let i = 0; i < held; i++) ids.add(hash(`held-${i}`), 5n);
    let taken = 0;
    for (let i = 0; i < strangers; i++) if (ids.mayContain(hash(`stranger-${i}`), 5n)) taken += 1;
    return taken;
  }

  test('are fewer than 1 in 100,000 of a full generation where there is room', () => {
    const ids = loadedIds();
    expect(mistakes(ids, 1 << 20, 1_000_000)).toBeLessThan(10);
    expect(ids.bytes).toBe(4 * GENERATION_BYTES);
  });

  test('are fewer than 1 in 100 where there is none', () => {
    const ids = loadedIds({ maxBytes: GENERATION_BYTES });
    expect(mistakes(ids, 1 << 20, 100_000)).toBeLessThan(1000);
    expect(ids.bytes).toBe(GENERATION_BYTES);
  });

  test('are fewer than 1 in 5,000 once the oldest generation was halved to make room, and nothing was forgotten', () => {
    const ids = loadedIds({ maxBytes: 32 * GENERATION_BYTES });
    for (let i = 0; i < 1 << 20; i++) ids.add(hash(`held-${i}`), 5n);
    for (let i = 1n; i <= 8n; i++) ids.add(hash(`later-${i}`), 5n + i * (WINDOW_NS / 8n + 1n));
    expect([ids.bytes, ids.coversEverything]).toEqual([32 * GENERATION_BYTES, true]);
    const nowNs = 5n + WINDOW_NS;
    for (let i = 0; i < 1 << 20; i += 97) expect(ids.mayContain(hash(`held-${i}`), nowNs)).toBe(true);
    const taken = mistakes(ids, 0, 100_000);
    expect(taken).toBeLessThan(20);
    expect(taken).toBeGreaterThan(0);
  });
});

describe('loading', () => {
  test('says perhaps to everything until the load is done', () => {
    const ids = new RecentIds({ windowNs: WINDOW_NS, maxBytes: 1 << 28 });
    expect(ids.mayContain(hash('x'), 5n)).toBe(true);
    const load = ids.reset(undefined);
    ids.add(hash('a'), 5n);
    expect([ids.mayContain(hash('x'), 5n), ids.coversEverything, ids.covers(5n)]).toEqual([true, false, false]);
    ids.loaded(load);
    expect([ids.mayContain(hash('x'), 5n), ids.coversEverything, ids.covers(5n)]).toEqual([false, true, true]);
    expect(ids.mayContain(hash('a'), 5n)).toBe(true);
  });

  test('counts only when no other load has begun since', () => {
    const ids = new RecentIds({ windowNs: WINDOW_NS, maxBytes: 1 << 28 });
    const first = ids.reset(undefined);
    const second = ids.reset(undefined);
    ids.loaded(first);
    expect(ids.coversEverything).toBe(false);
    ids.loaded(second);
    expect(ids.coversEverything).toBe(true);
  });

  test('forgets what was there before', () => {
    const ids = loadedIds();
    ids.add(hash('a'), 5n);
    ids.loaded(ids.reset(undefined));
    expect(ids.mayContain(hash('a'), 5n)).toBe(false);
    expect([ids.ids, ids.bytes]).toEqual([0, 0]);
  });

  test('of a part covers only events whose whole window lies in it', () => {
    const ids = loadedIds({}, 5_000_000n);
    expect(ids.coversEverything).toBe(false);
    expect(ids.covers(5_000_000n + WINDOW_NS)).toBe(true);
    expect(ids.covers(5_000_000n + WINDOW_NS - 1n)).toBe(false);
    expect(ids.mayContain(hash('x'), 5_000_000n)).toBe(true);
    expect(ids.mayContain(hash('x'), 7_000_000n)).toBe(false);
  });

  test('that the memory does not suffice for leaves a part uncovered', () => {
    const ids = new RecentIds({ windowNs: 1n << 60n, maxBytes: 2 * GENERATION_BYTES });
    const load = ids.reset(undefined);
    for (let i = 0; i < 3 * (1 << 20); i++) ids.add(hash(`${i}`), BigInt(i));
    ids.loaded(load);
    expect(ids.coversEverything).toBe(false);
    expect(ids.mayContain(hash('0'), 10n)).toBe(true);
  });
});

describe('the memory limit', () => {
  test('is kept, and what it made forget is not denied', () => {
    const ids = loadedIds({ maxBytes: 3 * GENERATION_BYTES });
    for (let i = 0; i < 40; i++) {
      ids.add(hash(`${i}`), BigInt(i) * (WINDOW_NS / 8n + 1n));
      expect(ids.bytes).toBeLessThanOrEqual(3 * GENERATION_BYTES);
    }
    const nowNs = 39n * (WINDOW_NS / 8n + 1n);
    expect(ids.covers(nowNs)).toBe(false);
    expect(ids.mayContain(hash('35'), nowNs)).toBe(true);
    expect(ids.mayContain(hash('stranger'), nowNs)).toBe(true);
  });
});

test('what is older than the window is forgotten, and with it the claim to know everything', () => {
  const ids = loadedIds();
  ids.add(hash('old'), 0n);
  expect(ids.coversEverything).toBe(true);
  for (let i = 1n; i < 20n; i++) ids.add(hash(`${i}`), i * WINDOW_NS);
  expect(ids.coversEverything).toBe(false);
  expect(ids.mayContain(hash('old'), 19n * WINDOW_NS)).toBe(false);
  expect(ids.bytes).toBeLessThan(16 * GENERATION_BYTES);
});
