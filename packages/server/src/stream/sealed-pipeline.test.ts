import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EagerClock } from '../../testing/eager-clock.js';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { EVERYTHING, settle } from '../../testing/watched-log.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { readHead } from '../sequencer/heads.js';
import { type Following, LiveTail } from './live-tail.js';

/** A pipeline of which each operation of the store and the registry may go wrong, and a tail that it tells. */
class Watched {
  readonly live: LiveTail;
  readonly pipeline: MemoryPipeline;
  /** What goes wrong next; undefined: nothing. */
  faults: (Fault | undefined)[] = [];

  constructor(maxRecentBytes: number, world = new MemoryWorld()) {
    const faults = new Faults(() => this.faults.shift());
    const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
    const store = withStoreFaults(openMemoryStore(world.store), faults);
    this.pipeline = new MemoryPipeline({
      world,
      ports: { registry, store },
      onPlaced: (batch) => this.live.publish(batch),
      onSealed: (heads) => this.live.commit(heads),
      onBehind: () => this.live.catchUp(),
    });
    this.live = new LiveTail({
      store,
      clock: new EagerClock(),
      yieldToLoop: () => nextTurn(),
      headOf: async (tenant) => (await readHead(registry, tenant, this.pipeline.progress.sealedThrough))?.size ?? 0,
      settled: async () => {
        this.faults = [];
        await this.pipeline.sealAll();
        return true;
      },
      sealing: () => ({ plan: [], blindKey: undefined }),
      limits: { maxRecentBytes, pageEntries: 3, maxWaitingEvents: 4 },
      onTrouble: () => undefined,
    });
  }
}

async function readAll(following: Following, onNext: (next: number) => void = () => undefined): Promise<string[]> {
  const ids: string[] = [];
  for (let quiet = 0; quiet < 2; ) {
    await settle();
    const { entries, next } = await following.read(0);
    onNext(next);
    quiet = entries.length === 0 ? quiet + 1 : 0;
    ids.push(...entries.map(({ text }) => (JSON.parse(text) as { id: string }).id));
  }
  return ids;
}

it('what the sequencer seals comes once and in order, whatever fails on the way, applied or not', async () => {
  const fault = fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 5 },
    { arbitrary: fc.constantFrom<Fault>('fail', 'fail-after', 'partial'), weight: 2 },
  );
  const round = fc.record({
    ids: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
    faults: fc.array(fault, { maxLength: 20 }),
    reads: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { maxLength: 8 }),
      fc.constantFrom(0, 300, 100_000),
      async (rounds, maxRecentBytes) => {
        const watched = new Watched(maxRecentBytes);
        const { pipeline, live } = watched;
        const following = await live.follow({ tenant: 'acme', asked: EVERYTHING, grant: EVERYTHING, follow: true });
        const seen: string[] = [];
        for (const { ids, faults, reads } of rounds) {
          await pipeline.append('acme', ...ids.map((id) => ({ id: `e${id}` })));
          watched.faults = [...faults];
          await pipeline.sealAll();
          if (reads) seen.push(...(await readAll(following)));
        }
        watched.faults = [];
        seen.push(...(await readAll(following)));
        expect(seen).toEqual(pipeline.logOf('acme'));
      },
    ),
    { numRuns: 200 },
  );
});

it('what was given out is never taken back, whatever is killed before it is committed', async () => {
  const fault = fc.constantFrom<Fault | undefined>(undefined, undefined, undefined, 'fail', 'fail-after', 'partial');
  const round = fc.record({
    ids: fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }),
    faults: fc.array(fault, { maxLength: 8 }),
    isKilled: fc.boolean(),
  });
  let givenBeforeCommit = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { maxLength: 8 }),
      fc.constantFrom(300, 100_000),
      async (rounds, maxRecentBytes) => {
        const world = new MemoryWorld();
        const request = { tenant: 'acme', asked: EVERYTHING, grant: EVERYTHING, follow: true };
        let watched = new Watched(maxRecentBytes, world);
        let next = 0;
        let following = await watched.live.follow({ ...request, start: { index: next } });
        const seen: string[] = [];
        const read = async () => seen.push(...(await readAll(following, (place) => (next = place))));
        for (const { ids, faults, isKilled } of rounds) {
          await watched.pipeline.append('acme', ...ids.map((id) => ({ id: `e${id}` })));
          watched.faults = [...faults];
          await watched.pipeline.sequencer.sealNext().catch(() => undefined);
          watched.faults = [];
          await read();
          const { sealedThrough } = watched.pipeline.progress;
          const committed = (await readHead(watched.pipeline.ports.registry, 'acme', sealedThrough))?.size ?? 0;
          if (next > committed) givenBeforeCommit += 1;
          if (!isKilled) continue;
          watched = new Watched(maxRecentBytes, world);
          following = await watched.live.follow({ ...request, start: { index: next } });
        }
        watched.faults = [];
        await watched.pipeline.sealAll();
        await read();
        expect(seen).toEqual(watched.pipeline.logOf('acme'));
      },
    ),
    { numRuns: 80 },
  );
  expect(givenBeforeCommit).toBeGreaterThan(0);
});
