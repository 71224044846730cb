import { setImmediate as nextTurn } from 'node:timers/promises';
import { GrowingTree, leafHash } from '@attestlog/tlog';
import { describe, expect, test } from 'vitest';
import { MemoryPipeline, type PipelinePorts } from '../../testing/memory-pipeline.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withJournalFaults, withRegistryFaults, withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryJournal } from '../adapters/memory/memory-journal.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { PortFailure } from '../ports/failure.js';
import type { SealedBatch } from '../ports/store.js';
import { readHead } from './heads.js';
import { loadPartitionState } from './partition-state.js';
import type { PlacedBatch } from './sequencer.js';

/** Ports on a world whose calls go wrong as the plan says. */
function faultyPorts(world: MemoryWorld, faults: Faults): Partial<PipelinePorts> {
  return {
    journal: withJournalFaults(openMemoryJournal(world.journal), faults),
    registry: withRegistryFaults(openMemoryRegistry(world.registry), faults),
    store: withStoreFaults(openMemoryStore(world.store), faults),
  };
}

/** What sequencers said of events before their commit: one place, one event, however often and by whomever. */
class PlacedEvents {
  readonly #ids = new Map<string, string[]>();

  readonly onPlaced = ({ tenants, events }: PlacedBatch): void => {
    events.tenantOf.forEach((tenant, row) => {
      const ids = this.of(tenants[tenant]!);
      const entry = events.entries.subarray(events.entryOffsets[row], events.entryOffsets[row + 1]);
      const { id } = JSON.parse(Buffer.from(entry).toString()) as { id: string };
      expect(ids[events.indexes[row]!] ?? id).toBe(id);
      ids[events.indexes[row]!] = id;
    });
  };

  of(tenant: string): string[] {
    const ids = this.#ids.get(tenant) ?? [];
    this.#ids.set(tenant, ids);
    return ids;
  }
}

/** Lets everything happen that waits for nothing outside. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await nextTurn();
}

/** The heads that are committed fit the rows in the store. */
async function expectSound(pipeline: MemoryPipeline, tenant: string, ids: string[]): Promise<void> {
  expect(pipeline.logOf(tenant)).toEqual(ids);
  const rows = pipeline.world.store.rows.filter((row) => row.tenant === tenant).sort((a, b) => a.index - b.index);
  const tree = new GrowingTree();
  for (const { entry } of rows) tree.append(leafHash(entry));
  const registry = openMemoryRegistry(pipeline.world.registry);
  const head = await readHead(registry, tenant, pipeline.world.journal.lastSequence);
  expect([head?.size ?? 0, Buffer.from(head?.root ?? tree.root()).toString('hex')]).toEqual([
    ids.length,
    Buffer.from(tree.root()).toString('hex'),
  ]);
}

test('seals what has queued up, and trims the journal', async () => {
  const pipeline = new MemoryPipeline();
  await pipeline.append('acme', { id: 'a' }, { id: 'b' }, { id: 'a' });
  await pipeline.append('other', { id: 'a' });
  const summary = await pipeline.sequencer.sealNext();
  expect(summary).toMatchObject({ through: 2, events: 3, repeats: 1, tenants: 2 });
  expect(summary!.bytes).toBe(pipeline.world.store.rows.reduce((sum, { entry }) => sum + entry.length, 0));
  expect(await pipeline.sequencer.sealNext()).toBeUndefined();
  await expectSound(pipeline, 'acme', ['a', 'b']);
  await expectSound(pipeline, 'other', ['a']);
  expect(pipeline.world.journal.chunks).toEqual([]);
  expect(pipeline.progress.sealedThrough).toBe(2);
  expect(pipeline.recentIds.ids).toBe(3);
});

test('a batch is bounded in bytes and in events, by whole chunks', async () => {
  const pipeline = new MemoryPipeline({ limits: { maxBatchEvents: 3 } });
  for (const id of ['a', 'b', 'c']) await pipeline.append('acme', { id: `${id}1` }, { id: `${id}2` });
  expect(await pipeline.sequencer.sealNext()).toMatchObject({ through: 1, events: 2 });
  const small = new MemoryPipeline({ world: pipeline.world, limits: { maxBatchBytes: 1 } });
  expect(await small.sequencer.sealNext()).toMatchObject({ through: 2, events: 2 });
  expect(await small.sequencer.sealNext()).toMatchObject({ through: 3, events: 2 });
});

test('a batch of repeats alone is committed without rows', async () => {
  const pipeline = new MemoryPipeline();
  for (let i = 0; i < 2; i++) await pipeline.append('acme', { id: 'a' });
  await pipeline.sealAll();
  await pipeline.append('acme', { id: 'a' });
  expect(await pipeline.sequencer.sealNext()).toMatchObject({ through: 3, events: 0, repeats: 1 });
  await expectSound(pipeline, 'acme', ['a']);
});

describe('every step that fails once', () => {
  const faults: Fault[] = ['fail', 'fail-after', 'partial'];
  const batches = [
    [{ id: 'a' }, { id: 'b' }],
    // Repeats of the batch before, whichever of its steps failed.
    [{ id: 'b', timeNs: 5n }, { id: 'c' }],
  ];

  /** Seals the batches, one call of the ports going wrong; resolves with that call's name, if there are as many. */
  async function sealWith(fault: Fault, place: number): Promise<string | undefined> {
    let calls = 0;
    let failed: string | undefined;
    const plan = new Faults((operation) => {
      if (operation === 'journal.append' || operation === 'journal.extent' || calls++ !== place) return undefined;
      failed = operation;
      return fault;
    });
    const world = new MemoryWorld();
    const placed = new PlacedEvents();
    const pipeline = new MemoryPipeline({ world, ports: faultyPorts(world, plan), onPlaced: placed.onPlaced });
    for (const batch of batches) {
      await pipeline.append('acme', ...batch);
      await pipeline.append('other', ...batch);
      await pipeline.sealAll();
    }
    for (const tenant of ['acme', 'other']) {
      await expectSound(pipeline, tenant, ['a', 'b', 'c']);
      expect(placed.of(tenant)).toEqual(['a', 'b', 'c']);
    }
    return failed;
  }

  test.each(faults)('with %s is taken up again, and nothing is missing or double', async (fault) => {
    const failed = new Set<string>();
    for (let place = 0; ; place++) {
      const operation = await sealWith(fault, place);
      if (operation === undefined) break;
      failed.add(operation);
    }
    for (const step of ['journal.read', 'registry.put', 'registry.getMany', 'store.insert', 'registry.putMany']) {
      expect(failed).toContain(step);
    }
    expect(failed).toContain('journal.trim');
  });
});

test('tells of events once their batch is fixed, before it is written, and in the same way after a crash', async () => {
  const world = new MemoryWorld();
  const failing = { of: 'registry.put' };
  const plan = new Faults((operation) => (operation === failing.of ? 'fail' : undefined));
  const placed = new PlacedEvents();
  const first = new MemoryPipeline({ world, ports: faultyPorts(world, plan), onPlaced: placed.onPlaced });
  await first.append('acme', { id: 'a' }, { id: 'b' }, { id: 'a' });
  await expect(first.sequencer.sealNext()).rejects.toMatchObject({ kind: 'unavailable' });
  expect(placed.of('acme')).toEqual([]);
  failing.of = 'store.insert';
  await expect(first.sequencer.sealNext()).rejects.toMatchObject({ kind: 'unavailable' });
  expect([placed.of('acme'), world.store.rows]).toEqual([['a', 'b'], []]);
  await first.append('acme', { id: 'c' });
  const second = new MemoryPipeline({ world, onPlaced: placed.onPlaced });
  await second.sealAll();
  expect(placed.of('acme')).toEqual(['a', 'b', 'c']);
  await expectSound(second, 'acme', ['a', 'b', 'c']);
});

test('a new process finishes the batch that one before it has begun', async () => {
  const world = new MemoryWorld();
  let calls = 0;
  const plan = new Faults((operation) => (operation === 'store.insert' && calls++ < 1 ? 'partial' : undefined));
  const first = new MemoryPipeline({ world, ports: faultyPorts(world, plan) });
  await first.append('acme', { id: 'a' }, { id: 'b' });
  await expect(first.sequencer.sealNext()).rejects.toMatchObject({ kind: 'unavailable' });
  await first.append('acme', { id: 'c' });
  const second = new MemoryPipeline({ world });
  expect(await second.sequencer.sealNext()).toMatchObject({ through: 1, events: 2 });
  expect(await second.sequencer.sealNext()).toMatchObject({ through: 2, events: 1 });
  await expectSound(second, 'acme', ['a', 'b', 'c']);
});

test('a journal that has lost chunks of a batch that was begun is corrupt', async () => {
  const world = new MemoryWorld();
  const plan = new Faults((operation) => (operation === 'store.insert' ? 'fail' : undefined));
  const first = new MemoryPipeline({ world, ports: faultyPorts(world, plan) });
  await first.append('acme', { id: 'a' });
  await expect(first.sequencer.sealNext()).rejects.toMatchObject({ kind: 'unavailable' });
  world.journal.chunks.length = 0;
  await expect(new MemoryPipeline({ world }).sequencer.sealNext()).rejects.toMatchObject({ kind: 'corrupt' });
});

describe('while a batch is carried out', () => {
  /** Ports on a world whose store inserts when it is let to, and whose journal counts what was read of it. */
  function heldPorts(world: MemoryWorld) {
    let letGo!: () => void;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const journal = withJournalFaults(openMemoryJournal(world.journal), new Faults(() => undefined));
    const store = withStoreFaults(openMemoryStore(world.store), new Faults(() => undefined));
    const seen: number[] = [];
    const ports = {
      journal: {
        ...journal,
        read: async (after: number, maxBytes: number) => {
          const chunks = await journal.read(after, maxBytes);
          seen.push(...chunks.map(({ sequence }) => sequence));
          return chunks;
        },
      },
      store: { ...store, insert: (batch: SealedBatch) => gate.then(() => store.insert(batch)) },
    };
    return { ports, seen, letGo };
  }

  test('the next one is prepared, and nothing of it is written before it is fixed', async () => {
    const world = new MemoryWorld();
    const { ports, seen, letGo } = heldPorts(world);
    const pipeline = new MemoryPipeline({ world, ports });
    await pipeline.append('acme', { id: 'a' });
    const first = pipeline.sequencer.sealNext();
    await settle();
    await pipeline.append('acme', { id: 'b' }, { id: 'a' });
    await settle();
    expect(seen).toEqual([1, 2]);
    expect(await loadPartitionState(pipeline.ports.registry, 0)).toMatchObject({ state: { batch: { through: 1 } } });
    letGo();
    expect(await first).toMatchObject({ through: 1, events: 1 });
    expect(world.store.rows).toHaveLength(1);
    expect(await pipeline.sequencer.sealNext()).toMatchObject({ through: 2, events: 1, repeats: 1 });
    expect(seen).toEqual([1, 2]);
    await expectSound(pipeline, 'acme', ['a', 'b']);
  });

  test('a crash takes nothing with it that was prepared', async () => {
    const world = new MemoryWorld();
    const { ports } = heldPorts(world);
    const first = new MemoryPipeline({ world, ports });
    await first.append('acme', { id: 'a' });
    void first.sequencer.sealNext();
    await settle();
    await first.append('acme', { id: 'b' });
    await settle();
    const second = new MemoryPipeline({ world });
    await second.sealAll();
    await expectSound(second, 'acme', ['a', 'b']);
  });

  test('another sequencer may fix another batch of what was prepared: that one counts', async () => {
    const world = new MemoryWorld();
    const { ports, seen, letGo } = heldPorts(world);
    const one = new MemoryPipeline({ world, ports });
    await one.append('acme', { id: 'a' });
    const first = one.sequencer.sealNext();
    await settle();
    for (const id of ['b', 'c']) await one.append('acme', { id });
    await settle();
    expect(seen).toEqual([1, 2, 3]);
    letGo();
    await first;
    const other = new MemoryPipeline({
      world,
      ports: faultyPorts(world, new Faults((operation) => (operation === 'store.insert' ? 'fail' : undefined))),
      limits: { maxBatchEvents: 1 },
    });
    await expect(other.sequencer.sealNext()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await one.sequencer.sealNext()).toBeUndefined();
    expect(await one.sequencer.sealNext()).toMatchObject({ through: 2, events: 1 });
    expect(await one.sequencer.sealNext()).toMatchObject({ through: 3, events: 1 });
    await expectSound(one, 'acme', ['a', 'b', 'c']);
  });

  test('a failure is told only when the insert has ended as well', async () => {
    const world = new MemoryWorld();
    const { ports, letGo } = heldPorts(world);
    const faults = new Faults((operation) => (operation === 'registry.putMany' ? 'fail' : undefined));
    const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
    const pipeline = new MemoryPipeline({ world, ports: { ...ports, registry } });
    await pipeline.append('acme', { id: 'a' });
    let isOver = false;
    const sealing = pipeline.sequencer.sealNext().finally(() => {
      isOver = true;
    });
    sealing.catch(() => undefined);
    await settle();
    expect(isOver).toBe(false);
    letGo();
    await expect(sealing).rejects.toMatchObject({ kind: 'unavailable' });
    expect(world.store.rows).toHaveLength(1);
    await new MemoryPipeline({ world }).sealAll();
    await expectSound(pipeline, 'acme', ['a']);
  });
});

describe('a trim', () => {
  test('goes on beside the next batch, which may be sealed before it fails', async () => {
    const world = new MemoryWorld();
    const journal = withJournalFaults(openMemoryJournal(world.journal), new Faults(() => undefined));
    const fails: (() => void)[] = [];
    const trim = (through: number) =>
      new Promise<void>((resolve, reject) => {
        if (fails.push(() => reject(new PortFailure('unavailable', 'as told'))) > 1) resolve(journal.trim(through));
      });
    const pipeline = new MemoryPipeline({ world, ports: { journal: { ...journal, trim } } });
    await pipeline.append('acme', { id: 'a' });
    await pipeline.sequencer.sealNext();
    await pipeline.append('acme', { id: 'b' });
    const second = pipeline.sequencer.sealNext();
    await settle();
    expect(pipeline.progress.sealedThrough).toBe(2);
    expect(world.journal.chunks).toHaveLength(2);
    fails[0]!();
    expect(await second).toMatchObject({ through: 2 });
    await settle();
    expect(world.journal.chunks).toEqual([]);
  });

  test('that finds the journal damaged stops the sequencer before its next batch', async () => {
    const pipeline = new MemoryPipeline();
    pipeline.ports.journal.trim = () => Promise.reject(new PortFailure('corrupt', 'as told'));
    await pipeline.append('acme', { id: 'a' });
    await pipeline.sequencer.sealNext();
    await pipeline.append('acme', { id: 'b' });
    await settle();
    await expect(pipeline.sequencer.sealNext()).rejects.toMatchObject({ kind: 'corrupt' });
    expect(pipeline.logOf('acme')).toEqual(['a']);
  });
});

describe('two sequencers', () => {
  test('at once, step by step in any order, make one log', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const world = new MemoryWorld();
      const yieldPoint = turnsBy(seed);
      const placed = new PlacedEvents();
      const pipelines = [0, 1].map(
        () =>
          new MemoryPipeline({
            world,
            ports: {
              journal: openMemoryJournal(world.journal, { yieldPoint }),
              registry: openMemoryRegistry(world.registry, { yieldPoint }),
              store: openMemoryStore(world.store, { yieldPoint }),
            },
            limits: { maxBatchBytes: 1 },
            onPlaced: placed.onPlaced,
          }),
      );
      const [one, two] = pipelines as [MemoryPipeline, MemoryPipeline];
      for (const id of ['a', 'b', 'a', 'c']) await one.append('acme', { id, timeNs: BigInt(seed) });
      await Promise.all([one.sealAll(), two.sealAll()]);
      await expectSound(two, 'acme', ['a', 'b', 'c']);
      expect(placed.of('acme')).toEqual(['a', 'b', 'c']);
    }
  });

  test('learn of what the other has sealed, and say so once they know how far that is', async () => {
    const world = new MemoryWorld();
    const [one, two] = [new MemoryPipeline({ world }), new MemoryPipeline({ world })];
    await one.append('acme', { id: 'a' });
    await one.sealAll();
    await two.append('acme', { id: 'a', timeNs: 5n }, { id: 'b' });
    await two.sealAll();
    expect(two.idsBehind).toEqual([1]);
    await expectSound(two, 'acme', ['a', 'b']);
  });
});

/** Lets operations take a different number of turns each, by a small generator of numbers. */
function turnsBy(seed: number): () => Promise<void> {
  let state = seed + 1;
  return async () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let turns = (state >> 16) % 7; turns > 0; turns--) await Promise.resolve();
  };
}
